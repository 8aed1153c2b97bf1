package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// Every label has a small fixed set of values: a label that a caller can fill freely (a path, an unknown
// method) would make a new time series for each value and fill the memory of Prometheus.
var methods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

var buckets = []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10}

// metrics counts requests and writes them in the Prometheus text format.
type metrics struct {
	mutex     sync.Mutex
	requests  map[string]int
	durations map[string]*histogram
	buildInfo string
	inFlight  atomic.Int64
	queued    atomic.Int64
}

// newMetrics starts all series of these routes at zero: without a series for 500 an error ratio would be empty, not 0. A
// route is a path, which is for GET, or a method and a path.
func newMetrics(routes []string, version, revision string) *metrics {
	m := &metrics{
		requests:  map[string]int{},
		durations: map[string]*histogram{},
		buildInfo: labels("runtime", "go", "version", version, "revision", revision),
	}
	for _, name := range routes {
		method, route, named := strings.Cut(name, " ")
		if !named {
			method, route = "GET", name
		}
		m.requests[labels("method", method, "route", route, "code", "200")] = 0
		m.requests[labels("method", method, "route", route, "code", "500")] = 0
		m.durations[labels("method", method, "route", route)] = newHistogram()
	}
	return m
}

func (m *metrics) observe(method, route string, code int, seconds float64) {
	if !slices.Contains(methods, method) {
		method = "other"
	}
	series := labels("method", method, "route", route)
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.requests[labels("method", method, "route", route, "code", strconv.Itoa(code))]++
	if m.durations[series] == nil {
		m.durations[series] = newHistogram()
	}
	m.durations[series].observe(seconds)
}

// count counts a request that took no time worth measuring.
func (m *metrics) count(method, route string, code int) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.requests[labels("method", method, "route", route, "code", strconv.Itoa(code))]++
}

func (m *metrics) text() string {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	var out strings.Builder
	header(&out, "http_requests_total", "counter", "Requests answered, without probes and scrapes.")
	for _, series := range slices.Sorted(maps.Keys(m.requests)) {
		fmt.Fprintf(&out, "http_requests_total{%s} %d\n", series, m.requests[series])
	}
	header(&out, "http_request_duration_seconds", "histogram", "Time from the request to its answer.")
	for _, series := range slices.Sorted(maps.Keys(m.durations)) {
		m.durations[series].write(&out, "http_request_duration_seconds", series)
	}
	single(&out, "http_requests_in_flight", "gauge", "Requests that are worked on.", float64(m.inFlight.Load()))
	single(&out, "http_requests_queued", "gauge", "Requests that wait for their turn.", float64(m.queued.Load()))
	writeProcess(&out)
	header(&out, "app_build_info", "gauge", "What runs: runtime, its version, and the revision of the source.")
	fmt.Fprintf(&out, "app_build_info{%s} 1\n", m.buildInfo)
	return out.String()
}

// histogram counts how many requests took at most this many seconds, for each of the buckets.
type histogram struct {
	counts []int
	sum    float64
}

func newHistogram() *histogram {
	return &histogram{counts: make([]int, len(buckets)+1)}
}

func (h *histogram) observe(seconds float64) {
	bucket, _ := slices.BinarySearch(buckets, seconds)
	h.counts[bucket]++
	h.sum += seconds
}

func (h *histogram) write(out *strings.Builder, name, series string) {
	total := 0
	for i, count := range h.counts {
		bound := "+Inf"
		if i < len(buckets) {
			bound = strconv.FormatFloat(buckets[i], 'f', -1, 64)
		}
		total += count
		fmt.Fprintf(out, "%s_bucket{%s,le=%q} %d\n", name, series, bound, total)
	}
	fmt.Fprintf(out, "%s_sum{%s} %v\n%s_count{%s} %d\n", name, series, h.sum, name, series, total)
}

func header(out *strings.Builder, name, kind, help string) {
	fmt.Fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
}

var labelValue = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

func labels(namesAndValues ...string) string {
	pairs := make([]string, 0, len(namesAndValues)/2)
	for i := 0; i < len(namesAndValues); i += 2 {
		pairs = append(pairs, namesAndValues[i]+`="`+labelValue.Replace(namesAndValues[i+1])+`"`)
	}
	return strings.Join(pairs, ",")
}
