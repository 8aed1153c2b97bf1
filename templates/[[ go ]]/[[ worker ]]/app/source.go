package main

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

type message struct {
	id   string
	body string
	// 1 at the first time.
	attempt int
	// When it was sent, in milliseconds since 1970, and what the source finds it by.
	sent   int64
	handle string
}

// backlog is how many messages are not done, and when the oldest of them was sent: seconds since 1970, 0 where there is none.
type backlog struct {
	waiting int
	oldest  float64
}

// source is what the worker needs of a queue. **Put your queue here**: a type with these methods, made by connect. README.md
// has these methods for the usual queues.
type source interface {
	backlog() (backlog, error)
	// take returns the next message, which no other worker gets meanwhile; nil where none is due.
	take() (*message, error)
	// done forgets it.
	done(*message) error
	// retry gives it back, to be taken when the pause is over.
	retry(message *message, pause time.Duration) error
	// setAside keeps it where no worker takes it, for a person to look at.
	setAside(*message) error
	// send adds a message, and returns its id.
	send(body string) (string, error)
}

// connect returns the queue of this worker; a message that is taken is hidden for longer than the longest may take.
func connect(variable func(string) string, longest time.Duration) (source, error) {
	return newFolder(text(variable, "QUEUE_FOLDER", "/tmp/queue"), longest+20*time.Second, time.Now)
}

// folder is a queue for one machine. A file is a message; its name holds when it is due, when it was sent, how often it was
// taken, and its id.
//
// To take one is to rename it into the future, which only one worker can do. One that is killed gives it back that way.
type folder struct {
	root   string
	hidden time.Duration
	now    func() time.Time
}

type entry struct {
	due, sent int64
	attempt   int
	id        string
}

func (e entry) name() string { return fmt.Sprintf("%d-%d-%d-%s", e.due, e.sent, e.attempt, e.id) }

func newFolder(root string, hidden time.Duration, now func() time.Time) (*folder, error) {
	return &folder{root, hidden, now}, os.MkdirAll(filepath.Join(root, "aside"), 0o700)
}

func (f *folder) backlog() (backlog, error) {
	entries, err := f.entries()
	if err != nil || len(entries) == 0 {
		return backlog{}, err
	}
	oldest := slices.MinFunc(entries, func(a, b entry) int { return int(a.sent - b.sent) })
	return backlog{len(entries), float64(oldest.sent) / 1000}, nil
}

func (f *folder) take() (*message, error) {
	entries, err := f.entries()
	if err != nil {
		return nil, err
	}
	slices.SortFunc(entries, func(a, b entry) int {
		if a.due == b.due {
			return int(a.sent - b.sent)
		}
		return int(a.due - b.due)
	})
	now := f.millis(0)
	for _, e := range entries {
		if e.due > now {
			break
		}
		taken := entry{f.millis(f.hidden), e.sent, e.attempt + 1, e.id}
		err := os.Rename(f.path(e.name()), f.path(taken.name()))
		if errors.Is(err, os.ErrNotExist) {
			continue // another worker was faster
		}
		if err != nil {
			return nil, err
		}
		body, err := os.ReadFile(f.path(taken.name()))
		return &message{e.id, string(body), taken.attempt, e.sent, taken.name()}, err
	}
	return nil, nil
}

func (f *folder) done(message *message) error { return os.Remove(f.path(message.handle)) }

func (f *folder) retry(message *message, pause time.Duration) error {
	later := entry{f.millis(pause), message.sent, message.attempt, message.id}
	return os.Rename(f.path(message.handle), f.path(later.name()))
}

func (f *folder) setAside(message *message) error {
	return os.Rename(f.path(message.handle), filepath.Join(f.root, "aside", message.id))
}

func (f *folder) send(body string) (string, error) {
	random := make([]byte, 16)
	if _, err := rand.Read(random); err != nil {
		return "", err
	}
	id := hex.EncodeToString(random)
	draft := f.path("." + id)
	if err := os.WriteFile(draft, []byte(body), 0o600); err != nil {
		return "", err
	}
	now := f.millis(0)
	// Only now is it a message, and a whole one.
	return id, os.Rename(draft, f.path(entry{now, now, 0, id}.name()))
}

func (f *folder) entries() ([]entry, error) {
	files, err := os.ReadDir(f.root)
	if err != nil {
		return nil, err
	}
	var entries []entry
	for _, file := range files {
		parts := strings.Split(file.Name(), "-")
		if len(parts) != 4 {
			continue
		}
		due, _ := strconv.ParseInt(parts[0], 10, 64)
		sent, _ := strconv.ParseInt(parts[1], 10, 64)
		attempt, _ := strconv.Atoi(parts[2])
		entries = append(entries, entry{due, sent, attempt, parts[3]})
	}
	return entries, nil
}

func (f *folder) path(name string) string { return filepath.Join(f.root, name) }

func (f *folder) millis(later time.Duration) int64 { return f.now().Add(later).UnixMilli() }
