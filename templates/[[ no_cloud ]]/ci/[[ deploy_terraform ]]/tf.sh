#!/usr/bin/env bash
# The tests and the lock file of terraform/deploy: tf.sh test|lock deploy. `make deploy` applies it (ci/install.sh).
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
tool terraform

export CHECKPOINT_DISABLE=1 TF_IN_AUTOMATION=1
case "${1:-} ${2:-}" in
  "test deploy")
    run terraform -chdir=terraform/deploy init -input=false -backend=false
    run terraform -chdir=terraform/deploy test
    ;;
  "lock deploy")
    # All platforms that people and pipelines use, or the first other machine finds the lock incomplete.
    run terraform -chdir=terraform/deploy providers lock -platform=linux_amd64 -platform=linux_arm64 -platform=darwin_arm64 -platform=darwin_amd64
    ;;
  *) die "usage: tf.sh test|lock deploy" ;;
esac
