package main

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

func TestTheTraceOfTheCallerGoesOn(t *testing.T) {
	fields := traceFields("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
	equal(t, "[trace_id 0af7651916cd43dd8448eb211c80319c span_id b7ad6b7169203331]", fmt.Sprint(fields))
}

func TestWithoutAUsableOneATraceBegins(t *testing.T) {
	for _, header := range []string{"", "00-" + strings.Repeat("0", 32) + "-b7ad6b7169203331-01", "ff-0-0-0"} {
		equal(t, true, regexp.MustCompile("^\\[trace_id [0-9a-f]{32}]$").MatchString(fmt.Sprint(traceFields(header))))
	}
	equal(t, false, fmt.Sprint(traceFields("")) == fmt.Sprint(traceFields("")))
}
