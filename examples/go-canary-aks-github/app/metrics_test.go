package main

import (
	"fmt"
	"testing"
)

func measured() *metrics {
	return newMetrics([]string{"/", "other"}, "1.27.0", "abc")
}

func TestSuccessAndFailureExistBeforeTheFirstRequest(t *testing.T) {
	text := measured().text()
	for _, route := range []string{"/", "other"} {
		for _, code := range []int{200, 500} {
			contains(t, text, fmt.Sprintf("http_requests_total{method=\"GET\",route=%q,code=\"%d\"} 0\n", route, code))
		}
		contains(t, text, fmt.Sprintf("http_request_duration_seconds_count{method=\"GET\",route=%q} 0\n", route))
	}
	contains(t, text, "app_build_info{runtime=\"go\",version=\"1.27.0\",revision=\"abc\"} 1\n")
}

func TestARouteOfAnotherMethodStartsAtZeroToo(t *testing.T) {
	contains(t, newMetrics([]string{"/", "POST /"}, "1", "abc").text(),
		"http_requests_total{method=\"POST\",route=\"/\",code=\"500\"} 0\n")
}

func TestBucketsAreCumulative(t *testing.T) {
	m := measured()
	for _, seconds := range []float64{0.25, 0.3, 60} {
		m.observe("GET", "/", 200, seconds)
	}
	text := m.text()
	for bound, count := range map[string]int{"0.1": 0, "0.25": 1, "0.5": 2, "10": 2, "+Inf": 3} {
		contains(t, text, fmt.Sprintf("http_request_duration_seconds_bucket{method=\"GET\",route=\"/\",le=%q} %d\n", bound, count))
	}
	contains(t, text, "http_request_duration_seconds_sum{method=\"GET\",route=\"/\"} 60.55\n")
	contains(t, text, "http_requests_total{method=\"GET\",route=\"/\",code=\"200\"} 3\n")
}

func TestAnInventedMethodMakesNoSeriesOfItsOwn(t *testing.T) {
	m := measured()
	m.observe("BREW", "/", 405, 0.001)
	contains(t, m.text(), "http_requests_total{method=\"other\",route=\"/\",code=\"405\"} 1\n")
	lacks(t, m.text(), "BREW")
}

func TestALabelCannotBreakItsLine(t *testing.T) {
	text := newMetrics([]string{"/"}, "1", "a\"b\\c\nd").text()
	contains(t, text, `revision="a\"b\\c\nd"} 1`+"\n")
}
