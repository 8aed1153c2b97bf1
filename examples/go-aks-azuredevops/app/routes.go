package main

import (
	"encoding/json"
	"io"
	"net/http"
	"runtime"
	"strings"
)

// response is an answer: its status code, the type of its content, and the content.
type response struct {
	status      int
	contentType string
	body        []byte
}

// route answers one request; a panic becomes status 500.
type route func(*http.Request) response

// routes has the answers of the service. A new path starts here: one entry and one function. A path is for GET and HEAD;
// "POST /" is that of another method. The paths are also the values of the metrics' label "route".
func routes(settings config) map[string]route {
	return map[string]route{
		"/":      func(*http.Request) response { return greeting(settings) },
		"POST /": func(request *http.Request) response { return greetingOf(settings, request) },
		"/info":  func(*http.Request) response { return info(settings) },
	}
}

func greeting(settings config) response {
	return message("Hello from " + settings.serviceName)
}

func greetingOf(settings config, request *http.Request) response {
	body, err := io.ReadAll(request.Body) // the server has read it, up to its limit
	if err != nil {
		panic(err)
	}
	var asked *struct {
		Name any `json:"name"`
	}
	if json.Unmarshal(body, &asked) != nil || asked == nil {
		return failure(http.StatusBadRequest, "the body must be a JSON object")
	}
	name, ok := asked.Name.(string)
	if !ok || name == "" {
		return failure(http.StatusBadRequest, "name must be a text")
	}
	return message("Hello " + name + " from " + settings.serviceName)
}

func message(text string) response {
	return jsonResponse(http.StatusOK, struct {
		Message string `json:"message"`
	}{text})
}

type runtimeInfo struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// info is the exact build: the deployment compares it with the one that it meant to deploy.
func info(settings config) response {
	return jsonResponse(http.StatusOK, struct {
		Service     string      `json:"service"`
		Environment string      `json:"environment"`
		Runtime     runtimeInfo `json:"runtime"`
		Revision    string      `json:"revision"`
		Digest      string      `json:"digest"`
	}{
		settings.serviceName,
		settings.environment,
		runtimeInfo{"go", goVersion()},
		settings.revision,
		settings.imageDigest,
	})
}

// goVersion is the version that compiled this program, without the "go" before it.
func goVersion() string {
	return strings.TrimPrefix(strings.Fields(runtime.Version())[0], "go")
}

func jsonResponse(status int, content any) response {
	body, err := json.Marshal(content)
	if err != nil {
		panic(err)
	}
	return response{status, "application/json", append(body, '\n')}
}
