#!/bin/sh
set -eu
curl --fail --silent --show-error "$1/health" >/dev/null
echo "then run make promote by hand"
