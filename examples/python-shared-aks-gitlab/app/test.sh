#!/usr/bin/env bash
# Builds the service and runs its unit tests against build/app; the results go to build/test-results/unit.xml.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

app/build.sh
export PYTHONPATH=build/app PYTHONDONTWRITEBYTECODE=1
exec "${PYTHON:-python3}" -W error app/tests/run.py build/test-results/unit.xml
