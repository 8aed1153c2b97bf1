package main

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"strings"
	"time"
)

// probes answers the kubelet and readers of metrics, and no one else: probes, metrics, and the exact build.
type probes struct {
	listener net.Listener
	http     http.Server
}

type runtimeInfo struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// newProbes takes the port, 0 for any free one; nothing is answered before start.
func newProbes(settings config, w *worker, log *slog.Logger) (*probes, error) {
	listener, err := net.Listen("tcp", fmt.Sprintf(":%d", settings.port))
	if err != nil {
		return nil, err
	}
	// The exact build: the deployment compares it with the one that it meant to deploy.
	info := struct {
		Service     string      `json:"service"`
		Environment string      `json:"environment"`
		Runtime     runtimeInfo `json:"runtime"`
		Revision    string      `json:"revision"`
		Digest      string      `json:"digest"`
	}{
		settings.serviceName,
		settings.environment,
		runtimeInfo{"go", goVersion()},
		settings.revision,
		settings.imageDigest,
	}
	paths := http.HandlerFunc(func(out http.ResponseWriter, request *http.Request) {
		switch request.URL.Path {
		case "/healthz":
			status(out, w.alive(), "alive", "stalled")
		case "/readyz":
			status(out, w.ready.Load(), "ready", "not ready")
		case "/metrics":
			out.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
			fmt.Fprint(out, w.metrics.text())
		case "/info":
			answer(out, http.StatusOK, info)
		default:
			answer(out, http.StatusNotFound, map[string]string{"error": "not found"})
		}
	})
	// A connection without a request must not keep the connection.
	p := &probes{listener: listener, http: http.Server{Handler: paths, ReadTimeout: 10 * time.Second}}
	p.http.ErrorLog = slog.NewLogLogger(log.Handler(), slog.LevelWarn)
	return p, nil
}

func (p *probes) port() int { return p.listener.Addr().(*net.TCPAddr).Port }

func (p *probes) start() { go p.http.Serve(p.listener) }

func (p *probes) close() { p.http.Close() }

func status(out http.ResponseWriter, good bool, word, otherwise string) {
	code := http.StatusOK
	if !good {
		code, word = http.StatusServiceUnavailable, otherwise
	}
	answer(out, code, map[string]string{"status": word})
}

func answer(out http.ResponseWriter, code int, content any) {
	out.Header().Set("Content-Type", "application/json")
	out.WriteHeader(code)
	json.NewEncoder(out).Encode(content)
}

// goVersion is the version that compiled this program, without the "go" before it.
func goVersion() string {
	return strings.TrimPrefix(strings.Fields(runtime.Version())[0], "go")
}
