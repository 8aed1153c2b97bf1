package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// testQueue is a folder whose time only the test moves.
type testQueue struct {
	*folder
	t   *testing.T
	now time.Time
}

func newTestQueue(t *testing.T) *testQueue {
	q := &testQueue{t: t, now: time.Unix(1000, 0)}
	q.folder = q.opened(t.TempDir())
	return q
}

func (q *testQueue) opened(root string) *folder {
	opened, err := newFolder(root, 30*time.Second, func() time.Time { return q.now })
	check(q.t, err)
	return opened
}

func (q *testQueue) sent(body string) string {
	id, err := q.send(body)
	check(q.t, err)
	return id
}

func (q *testQueue) next() *message {
	taken, err := q.take()
	check(q.t, err)
	return taken
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal[T comparable](t *testing.T, expected, actual T) {
	t.Helper()
	if expected != actual {
		t.Errorf("expected %v, got %v", expected, actual)
	}
}

func TestTheOldestComesFirst(t *testing.T) {
	q := newTestQueue(t)
	q.sent("first")
	q.now = q.now.Add(time.Second)
	q.sent("second")
	equal(t, "first", q.next().body)
	equal(t, "second", q.next().body)
	equal(t, nil, q.next())
}

func TestOnlyOneWorkerGetsAMessage(t *testing.T) {
	q := newTestQueue(t)
	q.sent("once")
	equal(t, 1, q.next().attempt)
	other, err := q.opened(q.root).take()
	check(t, err)
	equal(t, nil, other)
}

func TestWhatAKilledWorkerHadComesAgain(t *testing.T) {
	q := newTestQueue(t)
	id := q.sent("again")
	q.next()
	q.now = q.now.Add(30 * time.Second)
	again := q.next()
	equal(t, id, again.id)
	equal(t, "again", again.body)
	equal(t, 2, again.attempt)
}

func TestWhatIsDoneIsGone(t *testing.T) {
	q := newTestQueue(t)
	q.sent("done")
	check(t, q.done(q.next()))
	q.now = q.now.Add(time.Minute)
	equal(t, nil, q.next())
	seen, err := q.backlog()
	check(t, err)
	equal(t, backlog{}, seen)
}

func TestWhatIsGivenBackComesWhenItsPauseIsOver(t *testing.T) {
	q := newTestQueue(t)
	q.sent("later")
	check(t, q.retry(q.next(), 5*time.Second))
	q.now = q.now.Add(4 * time.Second)
	equal(t, nil, q.next())
	q.now = q.now.Add(time.Second)
	equal(t, 2, q.next().attempt)
}

func TestWhatIsPutAsideIsKeptAndNeverTaken(t *testing.T) {
	q := newTestQueue(t)
	id := q.sent("poison")
	check(t, q.setAside(q.next()))
	q.now = q.now.Add(time.Minute)
	equal(t, nil, q.next())
	kept, err := os.ReadFile(filepath.Join(q.root, "aside", id))
	check(t, err)
	equal(t, "poison", string(kept))
}

func TestTheBacklogHoldsWhatWaitsAndWhatIsInHand(t *testing.T) {
	q := newTestQueue(t)
	q.sent("a")
	q.now = q.now.Add(10 * time.Second)
	q.sent("b")
	q.next()
	seen, err := q.backlog()
	check(t, err)
	equal(t, backlog{2, 1000}, seen)
}

func TestAFileThatIsNoMessageIsLeftAlone(t *testing.T) {
	q := newTestQueue(t)
	check(t, os.WriteFile(filepath.Join(q.root, "notes.txt"), []byte("mine"), 0o600))
	equal(t, nil, q.next())
}

func TestTheFolderIsASetting(t *testing.T) {
	root := t.TempDir()
	queue, err := connect(environment(map[string]string{"QUEUE_FOLDER": root}), time.Second)
	check(t, err)
	_, err = queue.send("there")
	check(t, err)
	files, err := os.ReadDir(root)
	check(t, err)
	equal(t, 2, len(files))
}
