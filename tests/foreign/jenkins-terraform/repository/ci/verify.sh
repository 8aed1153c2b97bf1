#!/usr/bin/env bash
set -euo pipefail
mvn --batch-mode verify
