package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math"
	"net"
	"net/http"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const other = "other"

const bodyBytes = 64 << 10

// So many requests are worked on at a time; the others wait for their turn, and the metrics count them.
const concurrency = 512

// How long a stopping server still takes connections: whoever keeps one learns with an answer that it ends.
const linger = time.Second

// How long a stopping server waits for the first request of a connection that is new.
const firstRequest = 2 * time.Second

// The connection of a request, in its context.
type connectionKey struct{}

// server answers HTTP: probes, metrics, access log, limits, and a stop that lets running requests finish.
type server struct {
	routes   map[string]route
	allowed  map[string][]string // path to the methods that it takes
	log      *slog.Logger
	metrics  *metrics
	http     *http.Server
	listener *listener
	ready    atomic.Bool
	stopping atomic.Bool
	running  atomic.Int64
	turns    chan struct{}

	mutex sync.Mutex
	// Connections with a request, and new ones with the time until which one may come.
	busy map[net.Conn]time.Time
}

// newServer takes the port, 0 for any free one; nothing is answered before start.
func newServer(settings config, answers map[string]route, log *slog.Logger) (*server, error) {
	port, err := net.Listen("tcp", ":"+strconv.Itoa(settings.port))
	if err != nil {
		return nil, err
	}
	paths := slices.Sorted(maps.Keys(answers))
	s := &server{
		routes:  answers,
		allowed: allowed(answers),
		log:     log,
		metrics: newMetrics(append(paths, other), goVersion(), settings.revision),
		turns:   make(chan struct{}, concurrency),
		busy:    map[net.Conn]time.Time{},
	}
	s.listener = &listener{port.(*net.TCPListener), s.refuse, make(chan struct{})}
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
		ConnContext: func(parent context.Context, accepted net.Conn) context.Context {
			return context.WithValue(parent, connectionKey{}, accepted)
		},
		DisableGeneralOptionsHandler: true,
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

// becomeReady makes the service ready for traffic.
func (s *server) becomeReady() { s.ready.Store(true) }

func (s *server) port() int { return s.listener.Addr().(*net.TCPAddr).Port }

// drain turns not ready, closes the port a moment later, waits for what runs. It returns how many requests were cut off.
//
// http.Server.Shutdown is not used: it drops a request whose last bytes arrive after it was called.
func (s *server) drain(patience time.Duration) int64 {
	deadline := time.Now().Add(patience)
	s.ready.Store(false)
	s.stopping.Store(true) // from now on every answer ends its connection
	time.Sleep(min(linger, patience/2))
	s.listener.stop()
	s.http.SetKeepAlivesEnabled(false) // also closes the connections without a request
	for s.isBusy() && time.Now().Before(deadline) {
		time.Sleep(50 * time.Millisecond)
	}
	cutOff := s.running.Load()
	s.http.Close()
	return cutOff
}

func (s *server) watch(accepted net.Conn, state http.ConnState) {
	if state == http.StateIdle {
		accepted.(*connection).answering.Store(false)
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	switch state {
	case http.StateNew:
		s.busy[accepted] = time.Now().Add(firstRequest)
	case http.StateActive:
		s.busy[accepted] = time.Time{}
	default:
		delete(s.busy, accepted)
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
	caller := request.Context().Value(connectionKey{}).(*connection)
	caller.answering.Store(true)
	started := caller.arrived()
	s.running.Add(1)
	defer s.running.Add(-1)
	if s.stopping.Load() {
		writer.Header().Set("Connection", "close")
	}
	if request.URL.Path == "" {
		request.URL.Path = "/" // http://host alone
	}
	own := map[string]func() response{"/healthz": s.healthz, "/readyz": s.readyz, "/metrics": s.scrape}[request.URL.Path]
	switch {
	case own == nil:
		s.answer(writer, request, started)
	case reads(request):
		send(writer, request, own())
	default:
		send(writer, request, notAllowed(writer, reading))
	}
}

func (s *server) healthz() response { return status(http.StatusOK, "alive") }

func (s *server) readyz() response {
	if s.ready.Load() {
		return status(http.StatusOK, "ready")
	}
	return status(http.StatusServiceUnavailable, "not ready")
}

func (s *server) scrape() response {
	return response{http.StatusOK, "text/plain; version=0.0.4; charset=utf-8", []byte(s.metrics.text())}
}

func (s *server) answer(writer http.ResponseWriter, request *http.Request, started time.Time) {
	label := request.URL.Path
	trace := traceFields(request.Header.Get("Traceparent"))
	methods, known := s.allowed[label]
	name := label
	if !reads(request) {
		name = request.Method + " " + label
	}
	answer := s.routes[name]
	var unread *response
	if answer != nil && !reads(request) {
		unread = readBody(writer, request)
		started = time.Now() // the last byte is here
	}
	s.metrics.queued.Add(1)
	s.turns <- struct{}{}
	s.metrics.queued.Add(-1)
	s.metrics.inFlight.Add(1)
	var result response
	switch {
	case !known:
		label = other
		result = failure(http.StatusNotFound, "not found")
	case answer == nil:
		result = notAllowed(writer, methods)
	case unread != nil:
		result = *unread
	default:
		result = s.tryAnswer(answer, request, trace)
	}
	s.metrics.inFlight.Add(-1)
	<-s.turns
	// Counted before the answer leaves, so that whoever has the answer finds it in the metrics.
	seconds := time.Since(started).Seconds()
	s.metrics.observe(request.Method, label, result.status, seconds)
	// The query is left out: it may carry personal data.
	s.log.Info("request", append([]any{"method", request.Method, "path", request.URL.Path, "status", result.status,
		"duration_ms", math.Round(seconds*1e6) / 1e3}, trace...)...)
	send(writer, request, result)
}

// refuse counts and logs an invalid request, and answers its sender.
func (s *server) refuse(code int, cause string) response {
	s.metrics.count(other, other, code)
	s.log.Warn("request refused", "status", code, "cause", cause)
	return failure(code, strings.ToLower(http.StatusText(code)))
}

func reads(request *http.Request) bool {
	return request.Method == http.MethodGet || request.Method == http.MethodHead
}

// readBody reads the body, which the route then finds in the request; or it returns the error for the sender.
func readBody(writer http.ResponseWriter, request *http.Request) *response {
	refuse := func(code int, word string) *response {
		writer.Header().Set("Connection", "close")
		result := failure(code, word)
		return &result
	}
	if request.ContentLength < 0 {
		return refuse(http.StatusLengthRequired, "length required")
	}
	if request.ContentLength > bodyBytes {
		return refuse(http.StatusRequestEntityTooLarge, "content too large")
	}
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return refuse(http.StatusBadRequest, "the body ended early")
	}
	request.Body = io.NopCloser(bytes.NewReader(body))
	return nil
}

var reading = []string{http.MethodGet, http.MethodHead}

func allowed(routes map[string]route) map[string][]string {
	methods := map[string][]string{}
	for _, name := range slices.Sorted(maps.Keys(routes)) {
		if method, path, named := strings.Cut(name, " "); named {
			methods[path] = append(methods[path], method)
		} else {
			methods[name] = append(methods[name], reading...)
		}
	}
	return methods
}

func notAllowed(writer http.ResponseWriter, methods []string) response {
	writer.Header().Set("Allow", strings.Join(methods, ", "))
	return failure(http.StatusMethodNotAllowed, "method not allowed")
}

func (s *server) tryAnswer(answer route, request *http.Request, trace []any) (result response) {
	defer func() {
		if cause := recover(); cause != nil {
			s.log.Error("request failed", append(trace, "cause", fmt.Sprint(cause), "trace", string(debug.Stack()))...)
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
