#!/usr/bin/env bash
# Keep what a failed deployment leaves behind, before a rollback wipes it away: build/diagnostics/<environment>/.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
need ENVIRONMENT
tool helm kubectl
source ci/cloud.sh
connect_cluster

folder="build/diagnostics/$ENVIRONMENT"
selector="app.kubernetes.io/instance=$SERVICE"
run mkdir -p "$folder"

# keep FILE COMMAND…: one command's output, errors included; the next one runs in any case.
keep() {
  local file=$1
  shift
  if dry; then
    run "$@"
  else
    run "$@" >"$folder/$file" 2>&1 || say "warning: $folder/$file is incomplete"
  fi
}

keep history.txt helm history "$SERVICE" --namespace "$NAMESPACE"
keep objects.txt kubectl --namespace "$NAMESPACE" get deployments,replicasets,pods,services,events --output wide
keep pods.txt kubectl --namespace "$NAMESPACE" describe pods --selector "$selector"
# A pod without a log, such as one that never crashed when the one before is asked for, must not end the search: kubectl
# goes through the pods in any order.
logs=(kubectl --namespace "$NAMESPACE" logs --selector "$selector" --all-containers --prefix --tail 200 --ignore-errors)
keep logs.txt "${logs[@]}"
keep logs-previous.txt "${logs[@]}" --previous
if ! dry; then
  say "what happened is in $folder; the last lines of the pods:"
  tail -n 20 "$folder/logs.txt" >&2
fi
