// The worker: it takes messages from a queue for as long as it runs, and can be probed, measured and stopped in good order.
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
	os.Exit(run(newLog(os.Stdout), os.Args[1:], os.Getenv, handle))
}

// run works until SIGTERM and returns the exit code; `send TEXT` puts a message into the queue instead.
func run(log *slog.Logger, arguments []string, variable func(string) string, do func(*message, *slog.Logger) error) int {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	defer signal.Stop(signals)

	limitMemory("/sys/fs/cgroup/memory.max")
	settings, err := loadConfig(variable)
	if err != nil {
		log.Error("cannot start", "cause", err.Error())
		return 1
	}
	patience := time.Duration(settings.drainSeconds) * time.Second
	queue, err := connect(variable, patience)
	if err == nil && len(arguments) > 0 && arguments[0] == "send" {
		var id string
		if id, err = queue.send(strings.Join(arguments[1:], " ")); err == nil {
			log.Info("sent", "id", id)
			return 0
		}
	}
	if err != nil {
		log.Error("cannot start", "cause", err.Error())
		return 1
	}
	w := newWorker(queue, do, log, newMetrics(goVersion(), settings.revision), patience)
	p, err := newProbes(settings, w, log)
	if errors.Is(err, syscall.EADDRINUSE) {
		err = fmt.Errorf("port %d is in use: stop what listens there, or set PORT", settings.port)
	}
	if err != nil {
		log.Error("cannot start", "cause", err.Error())
		return 1
	}
	defer p.close()
	p.start()
	stopping, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		w.run(stopping)
		close(stopped)
	}()
	log.Info("started", "service", settings.serviceName, "environment", settings.environment,
		"port", p.port(), "go", goVersion(), "revision", settings.revision)

	<-signals
	log.Info("stopping", "drain_seconds", settings.drainSeconds)
	close(stopping)
	select {
	case <-stopped:
		log.Info("stopped")
	case <-time.After(patience):
		// It is hidden for longer than this process has left, and then another worker takes it.
		log.Warn("stopped before the message was finished")
	}
	return 0
}
