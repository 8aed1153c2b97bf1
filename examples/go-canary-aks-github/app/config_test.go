package main

import (
	"fmt"
	"testing"
)

func environment(values map[string]string) func(string) string {
	return func(name string) string { return values[name] }
}

func TestNothingSetMeansTheDefaults(t *testing.T) {
	settings, err := loadConfig(environment(nil))
	equal(t, nil, err)
	equal(t, config{8080, "service", "local", "unknown", "unknown", 10}, settings)
}

func TestTheEnvironmentWins(t *testing.T) {
	settings, err := loadConfig(environment(map[string]string{
		"PORT": "9000", "ENVIRONMENT": "qa", "IMAGE_DIGEST": "sha256:abc",
	}))
	equal(t, nil, err)
	equal(t, config{9000, "service", "qa", "unknown", "sha256:abc", 10}, settings)
}

func TestAnUnusableNumberIsNamed(t *testing.T) {
	for _, value := range []string{"http", "-1", "65536", "80.5"} {
		_, err := loadConfig(environment(map[string]string{"PORT": value}))
		equal(t, fmt.Sprintf("PORT must be a whole number from 0 to 65535, not %q", value), fmt.Sprint(err))
	}
}
