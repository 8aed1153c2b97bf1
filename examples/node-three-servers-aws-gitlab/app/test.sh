#!/usr/bin/env bash
# Builds the service and runs its unit tests; the results go to build/test-results/unit.xml.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

app/build.sh
node app/packages.mjs app
mkdir -p build/test-results
exec node --test \
  --test-reporter=spec --test-reporter-destination=stdout \
  --test-reporter=junit --test-reporter-destination=build/test-results/unit.xml \
  app/tests/*.test.js
