package main

import (
	"fmt"
	"io"
	"net/http"
	"time"
)

// healthCheck returns 0 when a URL answers with status 200; without an argument it asks the service in this container.
// The image's HEALTHCHECK and the chart's test run it, so the image needs no curl.
func healthCheck(arguments []string, variable func(string) string, errors io.Writer) int {
	settings, err := loadConfig(variable)
	if err != nil {
		fmt.Fprintln(errors, err)
		return 1
	}
	url := fmt.Sprintf("http://127.0.0.1:%d/healthz", settings.port)
	if len(arguments) > 0 {
		url = arguments[0]
	}
	// The probe must reach this very address, whatever HTTP_PROXY is.
	client := http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{Proxy: nil}}
	answer, err := client.Get(url)
	if err != nil {
		fmt.Fprintln(errors, err)
		return 1
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		fmt.Fprintf(errors, "%s: %s\n", url, answer.Status)
		return 1
	}
	return 0
}
