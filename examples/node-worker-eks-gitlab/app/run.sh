#!/usr/bin/env bash
# Builds the worker and runs it on this machine; its queue is build/queue, and `app/run.sh send TEXT` puts a message into it.
# Ctrl-C stops it as SIGTERM does in the cluster.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [ "${1:-}" != send ]; then
  app/build.sh
fi
export QUEUE_FOLDER="${QUEUE_FOLDER:-build/queue}"
export SERVICE_NAME="${SERVICE_NAME:-my-service}"
exec node build/app/src/main.js "$@"
