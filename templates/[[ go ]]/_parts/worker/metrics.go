package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Every label has a small fixed set of values: a label that a sender can fill freely (a name, an unknown type)
// would make a new time series for each value and fill the memory of Prometheus.
var results = []string{"done", "failed", "aside"}

var buckets = []float64{0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300}

// metrics counts messages and writes them in the Prometheus text format.
type metrics struct {
	mutex       sync.Mutex
	counts      map[string]int
	durations   map[string]*histogram
	seen        backlog
	lastSuccess float64
	buildInfo   string
	now         func() time.Time
	inFlight    atomic.Int64
	queueErrors atomic.Int64
}

// newMetrics starts all series at zero: without a series for failures their share would be empty, not 0.
func newMetrics(version, revision string) *metrics {
	m := &metrics{
		counts:    map[string]int{},
		durations: map[string]*histogram{},
		buildInfo: labels("runtime", "go", "version", version, "revision", revision),
		now:       time.Now,
	}
	for _, result := range results {
		m.durations[result] = newHistogram()
	}
	return m
}

// finished counts a message by its result, and how long it took.
func (m *metrics) finished(result string, seconds float64) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.counts[result]++
	m.durations[result].observe(seconds)
	if result == "done" {
		m.lastSuccess = float64(m.now().UnixMilli()) / 1000
	}
}

// see notes what the queue holds.
func (m *metrics) see(seen backlog) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.seen = seen
}

func (m *metrics) text() string {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	// It grows by itself while the loop stands still.
	age := 0.0
	if m.seen.waiting > 0 {
		age = max(0, float64(m.now().UnixMilli())/1000-m.seen.oldest)
	}
	var out strings.Builder
	header(&out, "messages_processed_total", "counter", "Messages by how their handling ended.")
	for _, result := range results {
		fmt.Fprintf(&out, "messages_processed_total{%s} %d\n", labels("result", result), m.counts[result])
	}
	header(&out, "message_duration_seconds", "histogram", "Time from taking a message to its end.")
	for _, result := range results {
		m.durations[result].write(&out, "message_duration_seconds", labels("result", result))
	}
	single(&out, "queue_errors_total", "counter", "Times that the queue did not answer.", float64(m.queueErrors.Load()))
	single(&out, "messages_in_flight", "gauge", "Messages that are worked on.", float64(m.inFlight.Load()))
	single(&out, "messages_waiting", "gauge", "Messages that are not done, as last seen.", float64(m.seen.waiting))
	single(&out, "message_oldest_seconds", "gauge", "Age of the oldest message that is not done.", age)
	when := "When a message was last done, since unix epoch; 0: never."
	single(&out, "message_last_success_timestamp_seconds", "gauge", when, m.lastSuccess)
	writeProcess(&out)
	header(&out, "app_build_info", "gauge", "What runs: runtime, its version, and the revision of the source.")
	fmt.Fprintf(&out, "app_build_info{%s} 1\n", m.buildInfo)
	return out.String()
}
