package main

import (
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"
)

const (
	// So often a message is tried; then it is put aside, because it would fail for ever.
	attempts = 5
	// Between two looks at a queue that had nothing.
	idle = time.Second
	// The longest pause before a message, or a queue that cannot be reached, is tried again.
	longestPause      = 300 * time.Second
	longestQueuePause = 30 * time.Second
)

// pauseAfter is the time until a message is tried again: 5, 20, 80, 300 seconds.
func pauseAfter(attempt int) time.Duration {
	pause := 5 * time.Second
	for i := 1; i < attempt && pause < longestPause; i++ {
		pause *= 4
	}
	return min(pause, longestPause)
}

// worker takes one message after the other, until it is told to stop. No message is lost, and none blocks the others for
// ever.
type worker struct {
	source      source
	handle      func(*message, *slog.Logger) error
	log         *slog.Logger
	metrics     *metrics
	longest     time.Duration
	now         func() time.Time
	ready       atomic.Bool
	turned      atomic.Int64
	unreachable int
}

// newWorker makes a worker whose messages may take so long each.
func newWorker(from source, do func(*message, *slog.Logger) error, log *slog.Logger, m *metrics, longest time.Duration) *worker {
	w := &worker{source: from, handle: do, log: log, metrics: m, longest: longest, now: time.Now}
	w.turned.Store(w.now().UnixNano())
	return w
}

// alive reports whether the loop goes round: a message that takes far too long is one that hangs.
func (w *worker) alive() bool {
	return w.now().UnixNano()-w.turned.Load() < int64(w.longest+2*longestQueuePause)
}

// run goes round until stopping is closed; the message in hand is finished.
func (w *worker) run(stopping <-chan struct{}) {
	defer w.ready.Store(false)
	for {
		pause := time.Duration(0)
		if !w.turn() {
			pause = w.pause()
		}
		select {
		case <-stopping:
			return
		default:
		}
		if pause > 0 {
			select {
			case <-stopping:
				return
			case <-time.After(pause):
			}
		}
	}
}

// turn takes a message and finishes it; it returns whether there was one.
func (w *worker) turn() bool {
	w.turned.Store(w.now().UnixNano())
	message, err := w.next()
	if err != nil {
		w.lost("the queue cannot be read", err)
		return false
	}
	w.unreachable = 0
	w.ready.Store(true)
	if message == nil {
		return false
	}
	w.metrics.inFlight.Add(1)
	defer w.metrics.inFlight.Add(-1)
	w.finish(message)
	return true
}

func (w *worker) next() (*message, error) {
	seen, err := w.source.backlog()
	if err != nil {
		return nil, err
	}
	w.metrics.see(seen)
	return w.source.take()
}

func (w *worker) finish(message *message) {
	started := w.now()
	result := w.try(message)
	took := w.now().Sub(started)
	var err error
	switch result {
	case "done":
		err = w.source.done(message)
	case "failed":
		err = w.source.retry(message, pauseAfter(message.attempt))
	default:
		err = w.source.setAside(message)
	}
	if err != nil {
		// It comes again by itself, as if this pod had been killed.
		w.lost("the queue did not take the result", err)
		return
	}
	w.metrics.finished(result, took.Seconds())
	w.log.Info("message", "id", message.id, "attempt", message.attempt, "result", result,
		"duration_ms", float64(took.Microseconds())/1000)
}

// try handles the message; whatever goes wrong, the log has it and the message comes again.
func (w *worker) try(message *message) string {
	if message.attempt > attempts {
		// Each attempt ended with its pod, so that no error could put it aside: killed for its memory, for example, or hanging.
		w.log.Error("put aside", "cause", "no attempt came to an end", "id", message.id, "attempt", message.attempt)
		return "aside"
	}
	err := w.handled(message)
	if err == nil {
		return "done"
	}
	if message.attempt >= attempts {
		w.log.Error("put aside", "cause", err.Error(), "id", message.id, "attempt", message.attempt)
		return "aside"
	}
	w.log.Error("failed", "cause", err.Error(), "id", message.id, "attempt", message.attempt)
	return "failed"
}

// handled makes an error of a panic: one message must not end the process.
func (w *worker) handled(message *message) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v", cause)
		}
	}()
	return w.handle(message, w.log)
}

func (w *worker) lost(text string, cause error) {
	w.ready.Store(false)
	w.unreachable++
	w.metrics.queueErrors.Add(1)
	w.log.Error(text, "cause", cause.Error())
}

func (w *worker) pause() time.Duration {
	return min(longestQueuePause, idle<<min(w.unreachable, 10))
}
