package main

import (
	"errors"
	"io"
	"log/slog"
	"strings"
	"syscall"
	"testing"
	"time"
)

var silent = newLog(io.Discard)

func never() bool { return false }

func listing(names ...string) func() ([]string, error) {
	return func() ([]string, error) { return names, nil }
}

func TestEveryItemIsDoneOnce(t *testing.T) {
	var done []string
	handled, err := job{listing("a", "b"), func(item string, _ *slog.Logger) error {
		done = append(done, item)
		return nil
	}}.run(silent, never)
	if err != nil || handled != 2 || strings.Join(done, " ") != "a b" {
		t.Errorf("handled %d, %v: %v", handled, done, err)
	}
}

func TestNothingToDoIsDone(t *testing.T) {
	if handled, err := (job{listing(), handle}).run(silent, never); handled != 0 || err != nil {
		t.Errorf("handled %d: %v", handled, err)
	}
}

func TestItStopsBetweenTwoItems(t *testing.T) {
	asked := 0
	handled, err := job{listing("a", "b"), handle}.run(silent, func() bool {
		asked++
		return asked == 2
	})
	if handled != 1 || !errors.Is(err, errStopped) {
		t.Errorf("handled %d: %v", handled, err)
	}
}

func TestAFailingItemFailsTheRun(t *testing.T) {
	broken := errors.New("broken")
	var log strings.Builder
	status := start(newLog(&log), job{listing("a", "b"), func(string, *slog.Logger) error { return broken }}, variables(nil))
	if status != 1 || !strings.Contains(log.String(), `"message":"failed","cause":"broken","handled":0`) {
		t.Errorf("status %d: %s", status, log.String())
	}
}

func TestARunSaysWhatItIsAndReturns0(t *testing.T) {
	var log strings.Builder
	known := map[string]string{"ENVIRONMENT": "qa", "REVISION": "abc", "IMAGE_DIGEST": "sha256:1"}
	status := start(newLog(&log), job{items, handle}, variables(known))
	for _, part := range []string{
		`"message":"started","service":"service","environment":"qa","runtime":{"name":"go","version":"` + goVersion() + `"}`,
		`"revision":"abc","digest":"sha256:1"}`,
		`"message":"finished","handled":3`,
	} {
		if status != 0 || !strings.Contains(log.String(), part) {
			t.Errorf("status %d, no %s in %s", status, part, log.String())
		}
	}
}

func TestSigtermEndsTheRunBetweenTwoItems(t *testing.T) {
	var log strings.Builder
	status := start(newLog(&log), job{listing("a", "b"), func(string, *slog.Logger) error {
		err := syscall.Kill(syscall.Getpid(), syscall.SIGTERM)
		time.Sleep(200 * time.Millisecond)
		return err
	}}, variables(nil))
	if status != 1 || !strings.Contains(log.String(), `"level":"warn","message":"stopped before the work was done","handled":1`) {
		t.Errorf("status %d: %s", status, log.String())
	}
}

func variables(known map[string]string) func(string) string {
	return func(name string) string { return known[name] }
}
