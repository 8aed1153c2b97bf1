#!/usr/bin/env bash
# Builds the service and runs its unit tests against the jar; the results go to build/test-results/unit.xml.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

app/build.sh
exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" -cp 'build/app/app.jar:build/test-classes:build/libraries/test/*' \
  service.Tests build/test-results/unit.xml
