#!/bin/sh
set -eu
for service in orders billing; do
  (cd "services/$service" && ./test.sh)
done
