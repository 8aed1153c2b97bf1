#!/usr/bin/env bash
# Builds the service and runs its unit tests; the results go to build/test-results/unit.xml.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

app/build.sh
cd app
export GOTOOLCHAIN=local GOFLAGS=-mod=readonly CGO_ENABLED=0
if [ -d vendor ]; then
  export GOFLAGS=-mod=vendor
fi
# The reader judges: it exits 1 when a test failed, did not compile, or none ran.
{ go test -count=1 -json ./... || true; } | go run ./internal/junit ../build/test-results/unit.xml
