package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// running is a server on a free port, and what it wrote to its log. It is stopped when the test ends.
type running struct {
	*server
	written *safeBuffer
}

func runServer(t *testing.T, answers map[string]route) running {
	t.Helper()
	written := &safeBuffer{}
	s, err := newServer(config{serviceName: "service"}, answers, newLog(written))
	if err != nil {
		t.Fatal(err)
	}
	s.start()
	t.Cleanup(func() { s.drain(100 * time.Millisecond) })
	return running{s, written}
}

func (r running) get(t *testing.T, path string) string {
	return r.send(t, "GET "+path+" HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")
}

// send returns the whole answer, headers included.
func (r running) send(t *testing.T, request string) string {
	connection := r.connect(t)
	defer connection.Close()
	fmt.Fprint(connection, request)
	answer, err := io.ReadAll(connection)
	if err != nil {
		t.Error(err)
	}
	return string(answer)
}

func (r running) connect(t *testing.T) net.Conn {
	connection, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", r.port()))
	if err != nil {
		t.Fatal(err)
	}
	connection.SetDeadline(time.Now().Add(10 * time.Second))
	return connection
}

// refusesConnections waits up to five seconds for the port to close.
func (r running) refusesConnections() bool {
	for range 100 {
		connection, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", r.port()))
		if errors.Is(err, syscall.ECONNREFUSED) {
			return true
		}
		if err == nil {
			connection.Close()
		}
		time.Sleep(50 * time.Millisecond)
	}
	return false
}

// gate is a route that answers only when the test lets it.
type gate struct {
	entered chan struct{}
	finish  chan struct{}
}

func newGate() gate { return gate{make(chan struct{}), make(chan struct{})} }

func (g gate) routes() map[string]route {
	return map[string]route{"/": func(*http.Request) response {
		close(g.entered)
		<-g.finish
		return jsonResponse(http.StatusOK, map[string]bool{"finished": true})
	}}
}

func TestEveryPathAnswersWithItsType(t *testing.T) {
	s := runServer(t, routes(config{serviceName: "service"}))
	contains(t, s.get(t, "/"), `{"message":"Hello from service"}`)
	contains(t, s.get(t, "/healthz"), `{"status":"alive"}`)
	contains(t, s.get(t, "/info"), "Content-Type: application/json\r\n")
	contains(t, s.get(t, "/metrics"), "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n")
}

func TestReadyOnlyAfterTheStart(t *testing.T) {
	s := runServer(t, nil)
	contains(t, s.get(t, "/readyz"), "HTTP/1.1 503")
	s.becomeReady()
	contains(t, s.get(t, "/readyz"), "HTTP/1.1 200")
}

func TestUnknownPathsShareOneSeries(t *testing.T) {
	s := runServer(t, routes(config{}))
	contains(t, s.get(t, "/nothing-here"), "HTTP/1.1 404")
	contains(t, s.get(t, "/info/"), "HTTP/1.1 404")
	metrics := s.get(t, "/metrics")
	contains(t, metrics, "http_requests_total{method=\"GET\",route=\"other\",code=\"404\"} 2\n")
	lacks(t, metrics, "nothing-here")
}

func TestProbesAndScrapesAreNotCounted(t *testing.T) {
	s := runServer(t, routes(config{}))
	for _, path := range []string{"/", "/healthz", "/readyz", "/metrics"} {
		s.get(t, path)
	}
	metrics := s.get(t, "/metrics")
	contains(t, metrics, "http_requests_total{method=\"GET\",route=\"/\",code=\"200\"} 1\n")
	lacks(t, metrics, "healthz")
	lacks(t, metrics, `route="/metrics"`)
	lacks(t, metrics, `code="503"`)
}

func TestAFailingRouteIsStatus500AndCounted(t *testing.T) {
	s := runServer(t, map[string]route{"/": func(*http.Request) response { panic("broken") }})
	answer := s.get(t, "/")
	contains(t, answer, "HTTP/1.1 500")
	lacks(t, answer, "broken")
	contains(t, s.get(t, "/metrics"), "http_requests_total{method=\"GET\",route=\"/\",code=\"500\"} 1\n")
	contains(t, s.written.String(), `"cause":"broken"`)
}

func TestWhatIsNoRequestIsAnsweredCountedAndLogged(t *testing.T) {
	s := runServer(t, routes(config{}))
	for _, request := range []string{
		"\x16\x03\x01\r\n\r\n", "GET /info HTTP/1.1\r\n\r\n", "GET /%zz HTTP/1.1\r\nHost: test\r\n\r\n",
	} {
		answer := s.send(t, request)
		contains(t, answer, "HTTP/1.1 400")
		contains(t, answer, "{\"error\":\"bad request\"}\n")
	}
	contains(t, s.get(t, "/metrics"), "http_requests_total{method=\"other\",route=\"other\",code=\"400\"} 3\n")
	equal(t, 3, strings.Count(s.written.String(), `"message":"request refused"`))
}

func TestAPathMayBeWrittenInSeveralWays(t *testing.T) {
	s := runServer(t, routes(config{}))
	for _, target := range []string{"/info", "/%69nfo", "http://test/info?q=%zz"} {
		contains(t, s.get(t, target), "HTTP/1.1 200")
	}
	contains(t, s.get(t, "//info"), "HTTP/1.1 404")
}

func TestOnlyReadingIsAllowed(t *testing.T) {
	s := runServer(t, routes(config{}))
	answer := s.send(t, "POST /info HTTP/1.1\r\nHost: test\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
	contains(t, answer, "HTTP/1.1 405")
	contains(t, answer, "Allow: GET, HEAD\r\n")
	head := s.send(t, "HEAD / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")
	contains(t, head, "HTTP/1.1 200")
	equal(t, true, strings.HasSuffix(head, "\r\n\r\n"))
}

func TestABodyIsReadUpToItsLimit(t *testing.T) {
	s := runServer(t, routes(config{serviceName: "service"}))
	head := "POST / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n"
	contains(t, s.send(t, head+"Content-Length: 14\r\n\r\n{\"name\":\"Ada\"}"), `{"message":"Hello Ada from service"}`)
	contains(t, s.send(t, head+"Content-Length: 1\r\n\r\n{"), "HTTP/1.1 400")
	contains(t, s.send(t, head+"Content-Length: 65537\r\n\r\n{"), "HTTP/1.1 413")
	contains(t, s.send(t, head+"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), "HTTP/1.1 411")
	contains(t, s.send(t, "PUT / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n"), "Allow: GET, HEAD, POST\r\n")
	metrics := s.get(t, "/metrics")
	for _, code := range []string{"200", "400", "411", "413"} {
		contains(t, metrics, "http_requests_total{method=\"POST\",route=\"/\",code=\""+code+"\"} 1\n")
	}
}

func TestTheAccessLogIsJSONAndLeavesTheQueryOut(t *testing.T) {
	s := runServer(t, routes(config{}))
	s.get(t, "/info?token=secret")
	s.get(t, "/healthz")
	var line map[string]any
	equal(t, nil, json.Unmarshal([]byte(s.written.String()), &line))
	equal(t, "info request GET /info 200", fmt.Sprint(line["level"], " ", line["message"], " ", line["method"], " ", line["path"], " ", line["status"]))
	lacks(t, s.written.String(), "secret")
}

func TestTheHealthCheckFollowsTheServer(t *testing.T) {
	s := runServer(t, nil)
	port := environment(map[string]string{"PORT": fmt.Sprint(s.port())})
	url := fmt.Sprintf("http://127.0.0.1:%d/readyz", s.port())
	equal(t, 0, healthCheck(nil, port, io.Discard))
	equal(t, 1, healthCheck([]string{url}, port, io.Discard))
	s.drain(time.Second)
	equal(t, 1, healthCheck(nil, port, io.Discard))
}

func TestStoppingFinishesWhatRunsAndAcceptsNothingNew(t *testing.T) {
	slow := newGate()
	s := runServer(t, slow.routes())
	s.becomeReady()
	answer := make(chan string)
	cutOff := make(chan int64)
	go func() { answer <- s.get(t, "/") }()
	<-slow.entered
	go func() { cutOff <- s.drain(10 * time.Second) }()
	equal(t, true, s.refusesConnections())
	close(slow.finish)
	contains(t, <-answer, `{"finished":true}`)
	equal(t, 0, <-cutOff)
}

func TestStoppingGivesUpAtTheDeadline(t *testing.T) {
	stuck := newGate()
	defer close(stuck.finish)
	s := runServer(t, stuck.routes())
	connection := s.connect(t)
	defer connection.Close()
	fmt.Fprint(connection, "GET / HTTP/1.1\r\nHost: test\r\n\r\n")
	<-stuck.entered
	started := time.Now()
	equal(t, 1, s.drain(500*time.Millisecond))
	equal(t, true, time.Since(started) < 3*time.Second)
}

func TestARequestSentWhileStoppingFindsTheServiceNotReady(t *testing.T) {
	s := runServer(t, nil)
	s.becomeReady()
	connection := s.connect(t)
	defer connection.Close()
	// The second half of this request arrives when the service is already stopping.
	fmt.Fprint(connection, "GET /readyz HTTP/1.1\r\n")
	time.Sleep(200 * time.Millisecond) // until the server has accepted the connection
	stopped := make(chan int64)
	go func() { stopped <- s.drain(10 * time.Second) }()
	equal(t, true, s.refusesConnections())
	fmt.Fprint(connection, "Host: test\r\n\r\n")
	answer, err := io.ReadAll(connection)
	equal(t, nil, err)
	contains(t, string(answer), "HTTP/1.1 503")
	contains(t, string(answer), "Connection: close\r\n")
	equal(t, 0, <-stopped)
}

func TestStoppingDoesNotWaitLongForAConnectionThatSaysNothing(t *testing.T) {
	s := runServer(t, nil)
	silent := s.connect(t)
	defer silent.Close()
	started := time.Now()
	equal(t, 0, s.drain(10*time.Second))
	equal(t, true, time.Since(started) < 5*time.Second)
}

// safeBuffer can be written by the server while the test reads it.
type safeBuffer struct {
	mutex  sync.Mutex
	buffer bytes.Buffer
}

func (b *safeBuffer) Write(text []byte) (int, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.buffer.Write(text)
}

func (b *safeBuffer) String() string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.buffer.String()
}

func equal[T comparable](t *testing.T, expected, actual T) {
	t.Helper()
	if expected != actual {
		t.Errorf("expected %v\n but was %v", expected, actual)
	}
}

func contains(t *testing.T, whole, part string) {
	t.Helper()
	if !strings.Contains(whole, part) {
		t.Errorf("expected %s\n in %s", part, whole)
	}
}

func lacks(t *testing.T, whole, part string) {
	t.Helper()
	if strings.Contains(whole, part) {
		t.Errorf("did not expect %s\n in %s", part, whole)
	}
}
