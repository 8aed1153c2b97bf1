package main

import (
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestChiAnswers(t *testing.T) {
	settings := config{serviceName: "orders"}
	s := &server{metrics: newMetrics(counted, goVersion(), "abc"), log: slog.New(slog.DiscardHandler)}
	handler := s.handler(routes(settings))
	for _, each := range []struct {
		method, path, body string
		status             int
		answer             string
	}{
		{"POST", "/", `{"name": "Ada"}`, 200, "Hello Ada from orders"},
		{"POST", "/", `{`, 400, "JSON object"},
		{"POST", "/", `"` + strings.Repeat("a", bodyBytes) + `"`, 413, "too large"},
		{"DELETE", "/", "", 405, "not allowed"},
		{"GET", "/orders", "", 404, "not found"},
	} {
		writer := httptest.NewRecorder()
		handler.ServeHTTP(writer, httptest.NewRequest(each.method, each.path, strings.NewReader(each.body)))
		if writer.Code != each.status || !strings.Contains(writer.Body.String(), each.answer) {
			t.Errorf("%s %s: %d %s", each.method, each.path, writer.Code, writer.Body)
		}
		if allow := strings.Join(writer.Header()["Allow"], ", "); each.status == 405 && allow != "GET, POST" {
			t.Errorf("Allow: %s", allow)
		}
	}
}

func equal[T comparable](t *testing.T, expected, actual T) {
	t.Helper()
	if expected != actual {
		t.Errorf("expected %v\n but was %v", expected, actual)
	}
}

func contains(t *testing.T, whole, part string) {
	t.Helper()
	equal(t, true, strings.Contains(whole, part))
}

func lacks(t *testing.T, whole, part string) {
	t.Helper()
	equal(t, false, strings.Contains(whole, part))
}
