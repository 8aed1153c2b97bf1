#!/usr/bin/env bash
# Builds the service and runs it on this machine, on PORT (8080). Ctrl-C stops it as SIGTERM does in the cluster.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

app/build.sh
export SERVICE_NAME="${SERVICE_NAME:-my-service}" PYTHONPATH=build/app
exec "${PYTHON:-python3}" -m service
