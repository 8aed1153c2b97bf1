package main

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math"
	"net"
	"net/http"
	"runtime/debug"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

const other = "other"

// How long a stopping server waits for the first request of a connection that is new.
const firstRequest = 2 * time.Second

// server answers HTTP: probes, metrics, access log, limits, and a stop that lets running requests finish.
type server struct {
	routes   map[string]route
	log      *slog.Logger
	metrics  *metrics
	http     *http.Server
	listener net.Listener
	ready    atomic.Bool
	running  atomic.Int64

	mutex sync.Mutex
	// Connections with a request, and new ones with the time until which one may come.
	busy map[net.Conn]time.Time
}

// newServer takes the port, 0 for any free one; nothing is answered before start.
func newServer(settings config, answers map[string]route, log *slog.Logger) (*server, error) {
	listener, err := net.Listen("tcp", ":"+strconv.Itoa(settings.port))
	if err != nil {
		return nil, err
	}
	paths := slices.Sorted(maps.Keys(answers))
	s := &server{
		routes:   answers,
		log:      log,
		metrics:  newMetrics(append(paths, other), goVersion(), settings.revision),
		listener: listener,
		busy:     map[net.Conn]time.Time{},
	}
	s.http = &http.Server{
		Handler:           http.HandlerFunc(s.handle),
		ReadHeaderTimeout: 15 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      60 * time.Second,
		// Longer than a load balancer keeps a connection without traffic (60 s): it must be the side that closes.
		IdleTimeout:    75 * time.Second,
		MaxHeaderBytes: 32 << 10,
		ErrorLog:       slog.NewLogLogger(log.Handler(), slog.LevelWarn),
		ConnState:      s.watch,
	}
	return s, nil
}

func (s *server) start() {
	go func() {
		if err := s.http.Serve(s.listener); !errors.Is(err, net.ErrClosed) && err != http.ErrServerClosed {
			s.log.Error("stopped serving", "cause", err.Error())
		}
	}()
}

// becomeReady says that from now on the service wants traffic.
func (s *server) becomeReady() { s.ready.Store(true) }

func (s *server) port() int { return s.listener.Addr().(*net.TCPAddr).Port }

// drain turns not ready, accepts no more connections, waits for what runs. It returns how many requests were cut off.
//
// http.Server.Shutdown is not used: it drops a request whose last bytes arrive after it was called.
func (s *server) drain(patience time.Duration) int64 {
	s.ready.Store(false)
	deadline := time.Now().Add(patience)
	s.listener.Close()
	s.http.SetKeepAlivesEnabled(false) // also closes the connections without a request
	for s.isBusy() && time.Now().Before(deadline) {
		time.Sleep(50 * time.Millisecond)
	}
	cutOff := s.running.Load()
	s.http.Close()
	return cutOff
}

func (s *server) watch(connection net.Conn, state http.ConnState) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	switch state {
	case http.StateNew:
		s.busy[connection] = time.Now().Add(firstRequest)
	case http.StateActive:
		s.busy[connection] = time.Time{}
	default:
		delete(s.busy, connection)
	}
}

func (s *server) isBusy() bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for _, until := range s.busy {
		if until.IsZero() || time.Now().Before(until) {
			return true
		}
	}
	return false
}

func (s *server) handle(writer http.ResponseWriter, request *http.Request) {
	started := time.Now()
	s.running.Add(1)
	defer s.running.Add(-1)
	switch request.URL.Path {
	case "/healthz":
		send(writer, request, status(http.StatusOK, "alive"))
	case "/readyz":
		if s.ready.Load() {
			send(writer, request, status(http.StatusOK, "ready"))
		} else {
			send(writer, request, status(http.StatusServiceUnavailable, "not ready"))
		}
	case "/metrics":
		send(writer, request, response{http.StatusOK, "text/plain; version=0.0.4; charset=utf-8", []byte(s.metrics.text())})
	default:
		s.answer(writer, request, started)
	}
}

func (s *server) answer(writer http.ResponseWriter, request *http.Request, started time.Time) {
	label := request.URL.Path
	answer, known := s.routes[label]
	var result response
	switch {
	case !known:
		label = other
		result = failure(http.StatusNotFound, "not found")
	case request.Method != http.MethodGet && request.Method != http.MethodHead:
		writer.Header().Set("Allow", "GET, HEAD")
		result = failure(http.StatusMethodNotAllowed, "method not allowed")
	default:
		result = s.tryAnswer(answer, request)
	}
	// Counted before the answer leaves, so that whoever has the answer finds it in the metrics.
	seconds := time.Since(started).Seconds()
	s.metrics.observe(request.Method, label, result.status, seconds)
	// The query is left out: it may carry personal data.
	s.log.Info("request", "method", request.Method, "path", request.URL.Path, "status", result.status,
		"duration_ms", math.Round(seconds*1e6)/1e3)
	send(writer, request, result)
}

func (s *server) tryAnswer(answer route, request *http.Request) (result response) {
	defer func() {
		if cause := recover(); cause != nil {
			s.log.Error("request failed", "cause", fmt.Sprint(cause), "trace", string(debug.Stack()))
			result = failure(http.StatusInternalServerError, "internal error")
		}
	}()
	return answer(request)
}

func status(code int, word string) response {
	return jsonResponse(code, struct {
		Status string `json:"status"`
	}{word})
}

func failure(code int, word string) response {
	return jsonResponse(code, struct {
		Error string `json:"error"`
	}{word})
}

func send(writer http.ResponseWriter, request *http.Request, answer response) {
	header := writer.Header()
	header.Set("Content-Type", answer.contentType)
	header.Set("Content-Length", strconv.Itoa(len(answer.body)))
	header.Set("Cache-Control", "no-store")
	writer.WriteHeader(answer.status)
	if request.Method != http.MethodHead {
		// A caller that went away is nothing to report.
		_, _ = writer.Write(answer.body)
	}
}
