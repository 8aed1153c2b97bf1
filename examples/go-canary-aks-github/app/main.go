// The service: a small HTTP server that can be probed, measured and stopped in good order.
package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "healthcheck" {
		os.Exit(healthCheck(os.Args[2:], os.Getenv, os.Stderr))
	}
	os.Exit(run(newLog(os.Stdout)))
}

// run serves until SIGTERM and returns the exit code.
func run(log *slog.Logger) int {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)

	limitMemory("/sys/fs/cgroup/memory.max")
	settings, err := loadConfig(os.Getenv)
	if err != nil {
		log.Error("cannot start", "cause", err.Error())
		return 1
	}
	server, err := newServer(settings, routes(settings), log)
	if errors.Is(err, syscall.EADDRINUSE) {
		err = fmt.Errorf("port %d is in use: stop what listens there, or set PORT", settings.port)
	}
	if err != nil {
		log.Error("cannot start", "cause", err.Error())
		return 1
	}
	server.start()
	server.becomeReady()
	log.Info("started", "service", settings.serviceName, "environment", settings.environment,
		"port", server.port(), "go", goVersion(), "revision", settings.revision)

	<-signals
	log.Info("stopping", "drain_seconds", settings.drainSeconds)
	if cutOff := server.drain(time.Duration(settings.drainSeconds) * time.Second); cutOff > 0 {
		log.Warn("stopped before all requests were finished", "cut_off", cutOff)
	} else {
		log.Info("stopped")
	}
	return 0
}

// newLog writes one JSON object a line to standard output, which the cluster collects.
func newLog(out io.Writer) *slog.Logger {
	return slog.New(slog.NewJSONHandler(out, &slog.HandlerOptions{
		ReplaceAttr: func(groups []string, attribute slog.Attr) slog.Attr {
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

// limitMemory makes the garbage collector work harder near the container's limit, which Go does not read by itself.
// GOMEMLIMIT, if set, is the operator's choice and stays.
func limitMemory(file string) {
	if os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return
	}
	if limit, err := strconv.ParseInt(strings.TrimSpace(string(content)), 10, 64); err == nil {
		debug.SetMemoryLimit(limit / 10 * 9)
	}
}
