// Junit reads the output of `go test -json`, prints what a person wants to see, and writes a JUnit file.
//
// Its argument is the file to write. It exits 1 when a test failed or none ran.
package main

import (
	"bufio"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

type event struct {
	Action  string
	Package string
	Test    string
	Elapsed float64
	Output  string
}

type suite struct {
	XMLName  xml.Name   `xml:"testsuite"`
	Name     string     `xml:"name,attr"`
	Tests    int        `xml:"tests,attr"`
	Failures int        `xml:"failures,attr"`
	Cases    []testCase `xml:"testcase"`
}

type testCase struct {
	Package string  `xml:"classname,attr"`
	Name    string  `xml:"name,attr"`
	Seconds float64 `xml:"time,attr"`
	Failure *string `xml:"failure"`
}

func main() {
	results, broken := read(bufio.NewScanner(os.Stdin))
	if err := write(os.Args[1], results); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Printf("%d passed, %d failed\n", results.Tests-results.Failures, results.Failures)
	if broken || results.Failures > 0 || results.Tests == 0 {
		os.Exit(1)
	}
}

// read collects the tests; broken is true if a package failed, be it only to compile.
func read(lines *bufio.Scanner) (results suite, broken bool) {
	results.Name = "unit"
	output := map[string]*strings.Builder{}
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			fmt.Println(lines.Text())
			continue
		}
		test := e.Package + " " + e.Test
		switch e.Action {
		case "output", "build-output":
			if output[test] == nil {
				output[test] = &strings.Builder{}
			}
			output[test].WriteString(e.Output)
			if e.Test == "" && e.Action == "build-output" {
				fmt.Print(e.Output)
			}
		case "pass", "fail":
			broken = broken || e.Action == "fail"
			if e.Test == "" {
				continue
			}
			results.Tests++
			done := testCase{Package: e.Package, Name: e.Test, Seconds: e.Elapsed}
			if e.Action == "fail" {
				results.Failures++
				text := output[test].String()
				done.Failure = &text
				fmt.Print(text)
			} else {
				fmt.Println("ok   ", e.Test)
			}
			results.Cases = append(results.Cases, done)
		}
	}
	return results, broken || lines.Err() != nil
}

func write(file string, results suite) error {
	text, err := xml.MarshalIndent(results, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, []byte(xml.Header+string(text)+"\n"), 0o644)
}
