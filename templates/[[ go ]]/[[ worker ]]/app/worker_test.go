package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// memory is a queue that notes what becomes of its messages.
type memory struct {
	messages []*message
	ended    []string
	broken   bool
}

func (q *memory) backlog() (backlog, error) {
	if q.broken {
		return backlog{}, errors.New("no queue")
	}
	return backlog{waiting: len(q.messages)}, nil
}

func (q *memory) take() (*message, error) {
	if len(q.messages) == 0 {
		return nil, nil
	}
	first := q.messages[0]
	q.messages = q.messages[1:]
	return first, nil
}

func (q *memory) done(m *message) error     { return q.end("done " + m.id) }
func (q *memory) setAside(m *message) error { return q.end("aside " + m.id) }
func (q *memory) retry(m *message, pause time.Duration) error {
	return q.end(fmt.Sprintf("retry %s %v", m.id, pause))
}
func (q *memory) send(string) (string, error) { return "", errors.New("not here") }

func (q *memory) end(how string) error {
	if strings.Contains(how, "unfinished") {
		return errors.New("no queue")
	}
	q.ended = append(q.ended, how)
	return nil
}

func queueOf(messages ...*message) *memory { return &memory{messages: messages} }

func workerOf(q source, do func(*message, *slog.Logger) error, out io.Writer) *worker {
	return newWorker(q, do, newLog(out), newMetrics("1.27", "a\"b\\c\nd"), 10*time.Second)
}

func broken(*message, *slog.Logger) error { return errors.New("broken") }

func contains(t *testing.T, whole, part string) {
	t.Helper()
	if !strings.Contains(whole, part) {
		t.Errorf("no %s in %s", part, whole)
	}
}

func TestAMessageThatIsHandledIsDone(t *testing.T) {
	var out strings.Builder
	q := queueOf(&message{id: "a", attempt: 1})
	equal(t, true, workerOf(q, handle, &out).turn())
	equal(t, "done a", strings.Join(q.ended, ","))
	contains(t, out.String(), `"message":"message","id":"a","attempt":1,"result":"done"`)
}

func TestNothingThereIsNoTurn(t *testing.T) {
	w := workerOf(queueOf(), handle, io.Discard)
	equal(t, false, w.turn())
	equal(t, true, w.ready.Load())
}

func TestAMessageThatFailsComesAgainAfterLongerAndLongerPauses(t *testing.T) {
	q := queueOf()
	for attempt := 1; attempt < attempts; attempt++ {
		q.messages = append(q.messages, &message{id: "a", attempt: attempt})
	}
	w := workerOf(q, broken, io.Discard)
	for w.turn() {
	}
	equal(t, "retry a 5s,retry a 20s,retry a 1m20s,retry a 5m0s", strings.Join(q.ended, ","))
	equal(t, longestPause, pauseAfter(9))
}

func TestAMessageThatAlwaysFailsIsPutAside(t *testing.T) {
	var out strings.Builder
	q := queueOf(&message{id: "a", attempt: attempts}, &message{id: "b", attempt: 1})
	w := workerOf(q, func(*message, *slog.Logger) error { panic("broken") }, &out)
	w.turn()
	w.turn()
	equal(t, "aside a,retry b 5s", strings.Join(q.ended, ","))
	contains(t, out.String(), `"message":"put aside","cause":"panic: broken","id":"a","attempt":5`)
}

func TestAMessageThatEndedItsPodAtEachAttemptIsPutAside(t *testing.T) {
	var out strings.Builder
	q := queueOf(&message{id: "a", attempt: attempts + 1})
	w := workerOf(q, func(*message, *slog.Logger) error { return nil }, &out)
	w.turn()
	equal(t, "aside a", strings.Join(q.ended, ","))
}

func TestAQueueThatDoesNotAnswerMakesItNotReadyAndDoesNotEndIt(t *testing.T) {
	q := queueOf(&message{id: "a", attempt: 1})
	w := workerOf(q, handle, io.Discard)
	q.broken = true
	equal(t, false, w.turn())
	equal(t, false, w.ready.Load())
	equal(t, 2*idle, w.pause())
	contains(t, w.metrics.text(), "queue_errors_total 1\n")
	q.broken = false
	equal(t, true, w.turn())
	equal(t, true, w.ready.Load())
}

func TestAResultThatTheQueueDoesNotTakeIsNoResult(t *testing.T) {
	w := workerOf(queueOf(&message{id: "unfinished", attempt: 1}), handle, io.Discard)
	w.turn()
	contains(t, w.metrics.text(), `messages_processed_total{result="done"} 0`)
}

func TestItIsAliveWhileTheLoopGoesRound(t *testing.T) {
	w := workerOf(queueOf(), handle, io.Discard)
	clock := time.Now()
	w.now = func() time.Time { return clock }
	w.turn()
	clock = clock.Add(69 * time.Second)
	equal(t, true, w.alive())
	clock = clock.Add(time.Second)
	equal(t, false, w.alive())
	w.turn()
	equal(t, true, w.alive())
}

func TestTheMessageInHandIsFinishedAndNoOtherBegun(t *testing.T) {
	stopping := make(chan struct{})
	q := queueOf(&message{id: "a", attempt: 1}, &message{id: "b", attempt: 1})
	workerOf(q, func(*message, *slog.Logger) error {
		close(stopping)
		return nil
	}, io.Discard).run(stopping)
	equal(t, "done a", strings.Join(q.ended, ","))
	equal(t, 1, len(q.messages))
}

func TestEveryResultExistsBeforeTheFirstMessage(t *testing.T) {
	text := newMetrics("1.27", "abc").text()
	for _, result := range results {
		contains(t, text, `messages_processed_total{result="`+result+"\"} 0\n")
		contains(t, text, `message_duration_seconds_count{result="`+result+"\"} 0\n")
	}
	for _, series := range []string{"messages_in_flight", "messages_waiting", "message_oldest_seconds", "queue_errors_total"} {
		contains(t, text, "\n"+series+" 0\n")
	}
}

func TestResultsAndDurationsAreCounted(t *testing.T) {
	m := newMetrics("1.27", "a\"b\\c\nd")
	m.now = func() time.Time { return time.Unix(160, 0) }
	m.finished("failed", 0.5)
	m.finished("done", 0.6)
	m.see(backlog{3, 100})
	for _, line := range []string{
		`messages_processed_total{result="failed"} 1`,
		`message_duration_seconds_bucket{result="done",le="0.5"} 0`,
		`message_duration_seconds_bucket{result="failed",le="0.5"} 1`,
		"message_last_success_timestamp_seconds 160",
		"messages_waiting 3",
		"message_oldest_seconds 60",
		`revision="a\"b\\c\nd"} 1`,
	} {
		contains(t, m.text(), line+"\n")
	}
}

func TestTheProbesFollowTheWorkerAndThereIsNothingElse(t *testing.T) {
	w := workerOf(queueOf(), handle, io.Discard)
	clock := time.Now()
	w.now = func() time.Time { return clock }
	p, err := newProbes(config{environment: "qa", imageDigest: "sha256:1"}, w, newLog(io.Discard))
	check(t, err)
	p.start()
	defer p.close()
	ask := func(path string) string {
		answer, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d%s", p.port(), path))
		check(t, err)
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		check(t, err)
		return fmt.Sprintf("%d %s", answer.StatusCode, body)
	}
	equal(t, "503 {\"status\":\"not ready\"}\n", ask("/readyz"))
	w.turn()
	equal(t, "200 {\"status\":\"ready\"}\n", ask("/readyz"))
	equal(t, "200 {\"status\":\"alive\"}\n", ask("/healthz"))
	w.turned.Add(-int64(time.Hour))
	equal(t, "503 {\"status\":\"stalled\"}\n", ask("/healthz"))
	contains(t, ask("/info"), `"environment":"qa","runtime":{"name":"go","version":"`+goVersion()+`"}`)
	contains(t, ask("/metrics"), "messages_waiting 0\n")
	equal(t, "404", ask("/")[:3])
}

// safeBuffer may be written and read at once.
type safeBuffer struct {
	mutex sync.Mutex
	text  strings.Builder
}

func (b *safeBuffer) Write(text []byte) (int, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.text.Write(text)
}

func (b *safeBuffer) String() string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.text.String()
}

// stopWith runs the worker with a message that takes so long, stops it, and returns its log and what is left in the queue.
func stopWith(t *testing.T, took time.Duration, drainSeconds string) (string, int) {
	root := t.TempDir()
	variable := environment(map[string]string{"PORT": "0", "QUEUE_FOLDER": root, "DRAIN_SECONDS": drainSeconds})
	q, err := connect(variable, time.Second)
	check(t, err)
	_, err = q.send("in hand")
	check(t, err)
	var out safeBuffer
	status := run(newLog(&out), nil, variable, func(*message, *slog.Logger) error {
		_, err := q.send("next")
		check(t, err)
		check(t, syscall.Kill(syscall.Getpid(), syscall.SIGTERM))
		time.Sleep(took)
		return nil
	})
	equal(t, 0, status)
	left, err := q.backlog()
	check(t, err)
	return out.String(), left.waiting
}

func TestSigtermLetsTheMessageInHandFinish(t *testing.T) {
	log, left := stopWith(t, 300*time.Millisecond, "5")
	contains(t, log, `"result":"done"`)
	contains(t, log, `"level":"info","message":"stopped"`)
	equal(t, 1, left)
}

func TestWhatIsNotFinishedInTimeStaysInTheQueue(t *testing.T) {
	log, left := stopWith(t, 3*time.Second, "1")
	contains(t, log, `"level":"warn","message":"stopped before the message was finished"`)
	equal(t, 2, left)
}

func TestAMessageIsSentByHand(t *testing.T) {
	root := t.TempDir()
	variable := environment(map[string]string{"QUEUE_FOLDER": root})
	var out strings.Builder
	equal(t, 0, run(newLog(&out), []string{"send", "hello", "you"}, variable, handle))
	q, err := connect(variable, time.Second)
	check(t, err)
	sent, err := q.take()
	check(t, err)
	equal(t, "hello you", sent.body)
	contains(t, out.String(), sent.id)
}

func TestAPortThatIsInUseIsRefused(t *testing.T) {
	taken, err := net.Listen("tcp", ":0")
	check(t, err)
	defer taken.Close()
	port := fmt.Sprint(taken.Addr().(*net.TCPAddr).Port)
	var out strings.Builder
	status := run(newLog(&out), nil, environment(map[string]string{"PORT": port, "QUEUE_FOLDER": t.TempDir()}), handle)
	equal(t, 1, status)
	contains(t, out.String(), "is in use: stop what listens there, or set PORT")
}
