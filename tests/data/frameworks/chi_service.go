// A service on chi that holds the contract: docs/your-own-framework.md shows its parts. It takes the place of server.go and
// routes.go; main.go, config.go, metrics.go, process.go, trace.go and healthcheck.go stay as they were generated.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"net"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
)

const bodyBytes = 64 << 10

var counted = []string{"/", "POST /", "/info", "other"}

// routes says what the service answers.
func routes(settings config) *chi.Mux {
	router := chi.NewRouter()
	router.Get("/", func(writer http.ResponseWriter, _ *http.Request) {
		send(writer, http.StatusOK, map[string]string{"message": "Hello from " + settings.serviceName})
	})
	router.Post("/", func(writer http.ResponseWriter, request *http.Request) {
		var asked struct {
			Name string `json:"name"`
		}
		err := json.NewDecoder(http.MaxBytesReader(writer, request.Body, bodyBytes)).Decode(&asked)
		var tooLarge *http.MaxBytesError
		switch {
		case errors.As(err, &tooLarge):
			refuse(writer, http.StatusRequestEntityTooLarge, "content too large")
		case err != nil || asked.Name == "":
			refuse(writer, http.StatusBadRequest, "the body must be a JSON object with a name")
		default:
			send(writer, http.StatusOK, map[string]string{"message": "Hello " + asked.Name + " from " + settings.serviceName})
		}
	})
	router.Get("/info", func(writer http.ResponseWriter, _ *http.Request) {
		send(writer, http.StatusOK, map[string]any{
			"service":     settings.serviceName,
			"environment": settings.environment,
			"runtime":     map[string]string{"name": "go", "version": goVersion()},
			"revision":    settings.revision,
			"digest":      settings.imageDigest,
		})
	})
	return router
}

type server struct {
	http     *http.Server
	listener net.Listener
	metrics  *metrics
	log      *slog.Logger
	ready    atomic.Bool
	stopping atomic.Bool
}

func newServer(settings config, answers *chi.Mux, log *slog.Logger) (*server, error) {
	listener, err := net.Listen("tcp", ":"+strconv.Itoa(settings.port))
	if err != nil {
		return nil, err
	}
	s := &server{listener: listener, metrics: newMetrics(counted, goVersion(), settings.revision), log: log}
	s.http = &http.Server{
		Handler:           s.handler(answers),
		ReadHeaderTimeout: 15 * time.Second,
		IdleTimeout:       75 * time.Second,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	return s, nil
}

// handler puts probes, metrics and the observation of every request around the routes.
func (s *server) handler(answers *chi.Mux) http.Handler {
	router := chi.NewRouter()
	router.Use(s.observe, middleware.GetHead)
	router.NotFound(func(writer http.ResponseWriter, _ *http.Request) {
		refuse(writer, http.StatusNotFound, "not found")
	})
	// Versions before 5.1 send no Allow.
	router.MethodNotAllowed(func(writer http.ResponseWriter, request *http.Request) {
		for _, method := range methods {
			if router.Match(chi.NewRouteContext(), method, request.URL.Path) {
				writer.Header().Add("Allow", method)
			}
		}
		refuse(writer, http.StatusMethodNotAllowed, "method not allowed")
	})
	router.Get("/healthz", func(writer http.ResponseWriter, _ *http.Request) {
		send(writer, http.StatusOK, map[string]string{"status": "alive"})
	})
	router.Get("/readyz", func(writer http.ResponseWriter, _ *http.Request) {
		if s.ready.Load() {
			send(writer, http.StatusOK, map[string]string{"status": "ready"})
		} else {
			send(writer, http.StatusServiceUnavailable, map[string]string{"status": "not ready"})
		}
	})
	router.Get("/metrics", func(writer http.ResponseWriter, _ *http.Request) {
		writer.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		_, _ = writer.Write([]byte(s.metrics.text()))
	})
	_ = chi.Walk(answers, func(method, route string, handler http.Handler, _ ...func(http.Handler) http.Handler) error {
		router.Method(method, route, handler)
		return nil
	})
	return router
}

// observe counts, times and logs a request; the label is the pattern of its route, never its path.
func (s *server) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		if s.stopping.Load() {
			writer.Header().Set("Connection", "close")
		}
		switch request.URL.Path {
		case "/healthz", "/readyz", "/metrics":
			next.ServeHTTP(writer, request)
			return
		}
		started := time.Now()
		trace := traceFields(request.Header.Get("Traceparent"))
		answer := middleware.NewWrapResponseWriter(writer, request.ProtoMajor)
		s.metrics.inFlight.Add(1)
		defer func() {
			s.metrics.inFlight.Add(-1)
			if cause := recover(); cause != nil {
				s.log.Error("request failed", append([]any{"cause", cause}, trace...)...)
				refuse(answer, http.StatusInternalServerError, "internal error")
			}
			route := chi.RouteContext(request.Context()).RoutePattern()
			if route == "" {
				route = "other"
			}
			seconds := time.Since(started).Seconds()
			s.metrics.observe(request.Method, route, answer.Status(), seconds)
			s.log.Info("request", append([]any{"method", request.Method, "path", request.URL.Path, "status", answer.Status(),
				"duration_ms", math.Round(seconds*1e6) / 1e3}, trace...)...)
		}()
		next.ServeHTTP(answer, request)
	})
}

func (s *server) start() { go func() { _ = s.http.Serve(s.listener) }() }

func (s *server) becomeReady() { s.ready.Store(true) }

func (s *server) port() int { return s.listener.Addr().(*net.TCPAddr).Port }

// drain turns not ready, closes the port a second later, waits for what runs. It returns how many requests were cut off.
func (s *server) drain(patience time.Duration) int64 {
	s.ready.Store(false)
	s.stopping.Store(true)
	linger := min(time.Second, patience/2)
	time.Sleep(linger)
	deadline, cancel := context.WithTimeout(context.Background(), patience-linger)
	defer cancel()
	_ = s.http.Shutdown(deadline)
	return s.metrics.inFlight.Load()
}

func send(writer http.ResponseWriter, status int, content any) {
	writer.Header().Set("Content-Type", "application/json")
	writer.WriteHeader(status)
	_ = json.NewEncoder(writer).Encode(content)
}

func refuse(writer http.ResponseWriter, status int, sentence string) {
	send(writer, status, map[string]string{"error": sentence})
}

func goVersion() string { return strings.TrimPrefix(strings.Fields(runtime.Version())[0], "go") }
