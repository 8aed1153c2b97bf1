// The job: it runs at set times, does its work and ends.
package main

import (
	"errors"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

func main() {
	os.Exit(start(newLog(os.Stdout), job{items, handle}, os.Getenv))
}

// start runs the job once and returns the exit code: 0 when its work is done, and 1 when it is not.
func start(log *slog.Logger, work job, variable func(string) string) int {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	defer signal.Stop(signals)
	var stopping atomic.Bool
	go func() {
		<-signals
		stopping.Store(true)
	}()

	// The exact build: the smoke test of a deployment reads this line.
	log.Info("started", "service", text(variable, "SERVICE_NAME", "service"), "environment", text(variable, "ENVIRONMENT", "local"),
		slog.Group("runtime", "name", "go", "version", goVersion()),
		"revision", text(variable, "REVISION", "unknown"), "digest", text(variable, "IMAGE_DIGEST", "unknown"))
	began := time.Now()
	handled, err := work.run(log, stopping.Load)
	switch {
	case errors.Is(err, errStopped):
		log.Warn("stopped before the work was done", "handled", handled)
		return 1
	case err != nil:
		log.Error("failed", "cause", err.Error(), "handled", handled)
		return 1
	}
	log.Info("finished", "handled", handled, "duration_ms", time.Since(began).Milliseconds())
	return 0
}

func text(variable func(string) string, name, otherwise string) string {
	if value := variable(name); value != "" {
		return value
	}
	return otherwise
}

// goVersion is 1.27.1 of "go1.27.1 X:experiment".
func goVersion() string {
	return strings.TrimPrefix(strings.Fields(runtime.Version())[0], "go")
}

// newLog writes one JSON object a line to standard output, which the cluster collects.
func newLog(out io.Writer) *slog.Logger {
	return slog.New(slog.NewJSONHandler(out, &slog.HandlerOptions{
		ReplaceAttr: func(groups []string, attribute slog.Attr) slog.Attr {
			if len(groups) > 0 {
				return attribute
			}
			switch attribute.Key {
			case slog.TimeKey:
				return slog.String("time", attribute.Value.Time().UTC().Format("2006-01-02T15:04:05.000Z"))
			case slog.LevelKey:
				return slog.String("level", strings.ToLower(attribute.Value.String()))
			case slog.MessageKey:
				return slog.Attr{Key: "message", Value: attribute.Value}
			}
			return attribute
		},
	}))
}
