package main

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync/atomic"
	"time"
)

// connection is a caller's. It sees the answers that net/http gives to invalid requests by itself: they are
// counted, logged and worded like all others.
type connection struct {
	*net.TCPConn
	// A handler has the word; what is written now is its answer.
	answering atomic.Bool
	refused   func(code int, cause string) response
}

// listener hands out connections of that kind.
type listener struct {
	*net.TCPListener
	refused func(code int, cause string) response
	stopped chan struct{}
}

// Accept returns the next connection. After stop it hands out those that have come already, then it closes the port.
func (l *listener) Accept() (net.Conn, error) {
	accepted, err := l.AcceptTCP()
	for tries := 0; tries < 2 && errors.Is(err, os.ErrDeadlineExceeded); tries++ {
		_ = l.SetDeadline(time.Now().Add(50 * time.Microsecond)) // with one in the past it would not even look
		accepted, err = l.AcceptTCP()
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		l.Close()
		close(l.stopped)
		return nil, net.ErrClosed
	}
	if err != nil {
		return nil, err
	}
	return &connection{TCPConn: accepted, refused: l.refused}, nil
}

// stop returns when the port is closed.
func (l *listener) stop() {
	_ = l.SetDeadline(time.Now())
	<-l.stopped
}

func (c *connection) Write(text []byte) (int, error) {
	if c.answering.Load() || !bytes.HasPrefix(text, []byte("HTTP/1.1 ")) {
		return c.TCPConn.Write(text)
	}
	code := 400
	if bytes.HasPrefix(text, []byte("HTTP/1.1 431 ")) {
		code = 431
	}
	cause, _, _ := bytes.Cut(text[len("HTTP/1.1 "):], []byte("\r\n"))
	answer := c.refused(code, string(cause))
	_, err := io.WriteString(c.TCPConn, "HTTP/1.1 "+strconv.Itoa(code)+" "+http.StatusText(code)+"\r\n"+
		"Content-Type: "+answer.contentType+"\r\nContent-Length: "+strconv.Itoa(len(answer.body))+"\r\n"+
		"Cache-Control: no-store\r\nConnection: close\r\n\r\n"+string(answer.body))
	return len(text), err
}

// arrived is when the request came in: it may have waited for a processor since. The kernel counts in steps of some
// milliseconds, so less than ten does not count as waiting.
func (c *connection) arrived() time.Time {
	if waited := sinceLastData(c.TCPConn); waited >= 10*time.Millisecond {
		return time.Now().Add(-waited)
	}
	return time.Now()
}
