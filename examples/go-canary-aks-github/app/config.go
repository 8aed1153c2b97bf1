package main

import (
	"fmt"
	"strconv"
)

// config holds the settings of this process. All of them come from the environment, so one image serves every stage.
type config struct {
	port         int
	serviceName  string
	environment  string
	revision     string
	imageDigest  string
	drainSeconds int
}

// loadConfig reads the settings; the error names the variable with an unusable value.
func loadConfig(variable func(string) string) (config, error) {
	port, err := number(variable, "PORT", 8080, 0, 65535)
	if err != nil {
		return config{}, err
	}
	drainSeconds, err := number(variable, "DRAIN_SECONDS", 10, 1, 3600)
	if err != nil {
		return config{}, err
	}
	return config{
		port:         port,
		serviceName:  text(variable, "SERVICE_NAME", "service"),
		environment:  text(variable, "ENVIRONMENT", "local"),
		revision:     text(variable, "REVISION", "unknown"),
		imageDigest:  text(variable, "IMAGE_DIGEST", "unknown"),
		drainSeconds: drainSeconds,
	}, nil
}

func text(variable func(string) string, name, otherwise string) string {
	if value := variable(name); value != "" {
		return value
	}
	return otherwise
}

func number(variable func(string) string, name string, otherwise, least, most int) (int, error) {
	value := text(variable, name, strconv.Itoa(otherwise))
	parsed, err := strconv.Atoi(value)
	if err != nil || parsed < least || parsed > most {
		return 0, fmt.Errorf("%s must be a whole number from %d to %d, not %q", name, least, most, value)
	}
	return parsed, nil
}
