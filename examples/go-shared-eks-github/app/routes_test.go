package main

import (
	"fmt"
	"runtime"
	"testing"
)

var known = config{serviceName: "orders", environment: "qa", revision: "abc", imageDigest: "sha256:def"}

func TestTheGreetingNamesTheService(t *testing.T) {
	equal(t, "{\"message\":\"Hello from orders\"}\n", string(routes(known)["/"](nil).body))
}

func TestInfoSaysExactlyWhatRuns(t *testing.T) {
	equal(t, fmt.Sprintf("{\"service\":\"orders\",\"environment\":\"qa\",\"runtime\":{\"name\":\"go\",\"version\":%q},"+
		"\"revision\":\"abc\",\"digest\":\"sha256:def\"}\n", goVersion()), string(routes(known)["/info"](nil).body))
}

func TestTheVersionIsTheCompilers(t *testing.T) {
	contains(t, runtime.Version(), "go"+goVersion())
}
