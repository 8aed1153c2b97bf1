#!/usr/bin/env bash
# Vets the service and compiles it to build/app/service: a static program that needs nothing around it.
# Needs Go as in .go-version or newer, and nothing else. The same sources give the same bytes. Modules are those of go.sum,
# from the cache or the proxy of Go; if there is an app/vendor, from there alone.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../app"
# local: what is installed must do; Go would download another toolchain by itself.
export GOTOOLCHAIN=local GOFLAGS=-mod=readonly CGO_ENABLED=0
if [ -d vendor ]; then
  export GOFLAGS=-mod=vendor
fi

go vet ./...
unformatted=$(find . -path ./vendor -prune -o -name '*.go' -exec "$(go env GOROOT)/bin/gofmt" -l {} +)
if [ -n "$unformatted" ]; then
  printf 'app/build.sh: gofmt would change:\n%s\n' "$unformatted" >&2
  exit 1
fi
# No paths, no time, no symbols: two builds are equal, and the program is a third smaller.
go build -trimpath -buildvcs=false -ldflags '-s -w -buildid=' -o ../build/app/service .

echo "build/app/service: compiled with $(go env GOVERSION)"
