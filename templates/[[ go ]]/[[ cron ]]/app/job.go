package main

import (
	"errors"
	"log/slog"
)

// errStopped: the run was told to stop (SIGTERM) when items were left.
var errStopped = errors.New("stopped before the work was done")

// job is the work of one run. Put your own into items and handle.
//
// A run may be repeated: after a failure, after a deployment, by hand. So handle an item such that a second time changes
// nothing.
type job struct {
	items  func() ([]string, error)
	handle func(item string, log *slog.Logger) error
}

// items lists what this run has to do, such as rows of a table that are not done yet.
func items() ([]string, error) {
	return []string{"first", "second", "third"}, nil
}

// handle does one item; an error ends the run, and Kubernetes starts it again.
func handle(item string, log *slog.Logger) error {
	log.Info("handled", "item", item)
	return nil
}

// run does all items and returns how many; between two of them it stops when it is told to.
func (j job) run(log *slog.Logger, stopping func() bool) (int, error) {
	work, err := j.items()
	if err != nil {
		return 0, err
	}
	for handled, item := range work {
		if stopping() {
			return handled, errStopped
		}
		if err := j.handle(item, log); err != nil {
			return handled, err
		}
	}
	return len(work), nil
}
