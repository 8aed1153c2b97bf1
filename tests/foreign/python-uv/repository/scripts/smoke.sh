#!/usr/bin/env bash
set -euo pipefail

base="${1:-http://localhost:8000}"
for attempt in 1 2 3 4 5; do
  curl --fail --silent "$base/health" && exit 0
  sleep "$attempt"
done
exit 1
