#!/bin/sh
# registry-login.sh REGISTRY: log in with the role of this machine; the password is valid for twelve hours.
set -eu
printf '%s' "$1" | docker-credential-ecr-login get | jq --raw-output .Secret |
  podman login --username AWS --password-stdin "$1" >/dev/null
