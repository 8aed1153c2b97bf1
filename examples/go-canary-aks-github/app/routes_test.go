package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
)

var known = config{serviceName: "orders", environment: "qa", revision: "abc", imageDigest: "sha256:def"}

func TestTheGreetingNamesTheService(t *testing.T) {
	equal(t, "{\"message\":\"Hello from orders\"}\n", string(routes(known)["/"](nil).body))
}

func TestAGreetingByNameNeedsAName(t *testing.T) {
	greet := func(body string) response {
		return routes(known)["POST /"](httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body)))
	}
	equal(t, "{\"message\":\"Hello Ada from orders\"}\n", string(greet(`{"name":"Ada"}`).body))
	for _, body := range []string{"", "{", "[]", "null", "{}", `{"name":1}`, `{"name":""}`, "{}{}"} {
		equal(t, http.StatusBadRequest, greet(body).status)
	}
}

func TestInfoSaysExactlyWhatRuns(t *testing.T) {
	equal(t, fmt.Sprintf("{\"service\":\"orders\",\"environment\":\"qa\",\"runtime\":{\"name\":\"go\",\"version\":%q},"+
		"\"revision\":\"abc\",\"digest\":\"sha256:def\"}\n", goVersion()), string(routes(known)["/info"](nil).body))
}

func TestTheVersionIsTheCompilers(t *testing.T) {
	contains(t, runtime.Version(), "go"+goVersion())
}
