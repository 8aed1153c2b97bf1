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
keep logs.txt kubectl --namespace "$NAMESPACE" logs --selector "$selector" --all-containers --prefix --tail 200
keep logs-previous.txt kubectl --namespace "$NAMESPACE" logs --selector "$selector" --all-containers --prefix --tail 200 --previous
if ! dry; then
  say "what happened is in $folder; the last lines of the pods:"
  tail -n 20 "$folder/logs.txt" >&2
fi
