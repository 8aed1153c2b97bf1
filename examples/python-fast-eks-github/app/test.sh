#!/usr/bin/env bash
# Builds the service and runs its unit tests against build/app; the results go to build/test-results/unit.xml.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

app/build.sh
"${PYTHON:-python3}" app/packages.py build/test-packages --tests
export PYTHONPATH=build/app:build/test-packages PYTHONDONTWRITEBYTECODE=1
# A warning fails the tests, until there are packages: they warn of each other.
warnings=error
if [ -d build/packages ] || [ -d build/test-packages ]; then
  warnings=default
fi
exec "${PYTHON:-python3}" -W "$warnings" app/tests/run.py build/test-results/unit.xml
