package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

var processStarted = float64(time.Now().UnixMilli()) / 1000

// writeProcess writes what this process uses, under the usual names. Memory and open
// files are known on Linux only.
func writeProcess(out *strings.Builder) {
	var used syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &used) == nil {
		seconds := float64(used.Utime.Nano()+used.Stime.Nano()) / 1e9
		single(out, "process_cpu_seconds_total", "counter", "Total user and system CPU time spent in seconds.", seconds)
	}
	single(out, "process_start_time_seconds", "gauge", "Start time of the process since unix epoch in seconds.", processStarted)
	if statm, err := os.ReadFile("/proc/self/statm"); err == nil {
		if words := strings.Fields(string(statm)); len(words) > 1 {
			pages, _ := strconv.Atoi(words[1])
			bytes := float64(pages * os.Getpagesize())
			single(out, "process_resident_memory_bytes", "gauge", "Resident memory size in bytes.", bytes)
		}
	}
	if files, err := os.ReadDir("/proc/self/fd"); err == nil {
		single(out, "process_open_fds", "gauge", "Number of open file descriptors.", float64(len(files)))
	}
}

// single writes a metric with one value.
func single(out *strings.Builder, name, kind, help string, value float64) {
	header(out, name, kind, help)
	fmt.Fprintf(out, "%s %s\n", name, strconv.FormatFloat(value, 'f', -1, 64))
}
