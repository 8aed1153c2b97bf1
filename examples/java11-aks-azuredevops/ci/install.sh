#!/usr/bin/env bash
# How a release gets into the cluster: Helm.

# Longer than the chart's progressDeadlineSeconds, so that Kubernetes gives the reason first.
timeout="${TIMEOUT:-10m}"
# A step is the newest revision for as long as Helm waits, and then while the candidate is tested.
patience() { echo "${timeout}3m"; }
source ci/rollout.sh

# Helm 4 lets the API server merge, and that refuses to take back a change made with kubectl, such as a raised
# maximum of pods: the deployment would fail. Git wins, as with Helm 3, which does not know these flags.
git_wins() {
  flags=()
  if dry || [[ "$(helm version --short)" != v3.* ]]; then flags=(--server-side=true --force-conflicts); fi
}

install_release() {
  git_wins
  run_noting helm upgrade --install "$SERVICE" "$CHART" \
    --namespace "$NAMESPACE" \
    --values "$CHART/values-$ENVIRONMENT.yaml" \
    --set-string "image.repository=$IMAGE" \
    --set-string "image.digest=$DIGEST" \
    --set-string "revision=$REVISION" \
    --description "$REVISION" \
    --history-max 30 ${flags[@]+"${flags[@]}"} \
    --wait --timeout "$timeout"
}

# Helm's errors when it refuses because another process is at work: the release is pending, or another one was faster to write
# the same revision or the first one. The words are those of Helm 3 and Helm 4.
refusals() {
  echo 'another operation \(install/upgrade/rollback\) is in progress|release: already exists|cannot re-?use a name that is still in use'
}

# return_to REVISION-OF-HELM: make the release again what it was then.
return_to() {
  all_to_stable || say "warning: the candidate keeps its requests until it is gone"
  git_wins
  run helm rollback "$SERVICE" "$1" --namespace "$NAMESPACE" ${flags[@]+"${flags[@]}"} --wait --timeout "$timeout"
}

# recover_pending HISTORY: a pipeline that was killed leaves its release "pending", and Helm refuses the next one. Whoever
# calls this has waited until no one can be working on it any more (settled_history).
recover_pending() {
  local status standing
  status="$(last_status <<<"$1")"
  [[ "$status" == pending-* ]] || return 0
  standing="$(standing_revision <<<"$1")"
  say "the last deployment was cut off ($status)"
  if [[ -n "$standing" ]]; then
    return_to "$standing"
  else
    run helm uninstall "$SERVICE" --namespace "$NAMESPACE" --wait --timeout "$timeout"
  fi
}
