package main

import (
	"crypto/rand"
	"encoding/hex"
	"regexp"
	"strings"
)

var traceparent = regexp.MustCompile(`^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$`)

// traceFields returns the trace of a request, for the log: its caller's, as the header traceparent has it
// (https://www.w3.org/TR/trace-context/), or else a new one. It finds the lines of one request, in all services.
func traceFields(header string) []any {
	form := traceparent.FindStringSubmatch(header)
	if form == nil || strings.HasPrefix(header, "ff") || strings.Trim(form[1], "0") == "" || strings.Trim(form[2], "0") == "" {
		fresh := make([]byte, 16)
		_, _ = rand.Read(fresh) // it never fails
		return []any{"trace_id", hex.EncodeToString(fresh)}
	}
	return []any{"trace_id", form[1], "span_id", form[2]}
}
