#!/usr/bin/env bash
# Builds the service and runs it on this machine, on PORT (8080). Ctrl-C stops it as SIGTERM does in the cluster.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

app/build.sh

# Settings and secrets of this machine, which Git ignores; .env.example shows how. Variables that are set already stay as they are.
if [[ -f .env ]]; then
  while IFS='=' read -r name value || [[ -n "$name" ]]; do
    if [[ "$name" =~ ^[A-Z][A-Z0-9_]*$ && -z "${!name+set}" ]]; then export "$name=$value"; fi
  done <.env
fi
export SERVICE_NAME="${SERVICE_NAME:-my-service}"
exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" -jar build/app/app.jar
