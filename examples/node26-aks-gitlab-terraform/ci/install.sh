#!/usr/bin/env bash
# How a release gets into the cluster: Terraform applies terraform/deploy, which installs the chart.
export CHECKPOINT_DISABLE=1 TF_IN_AUTOMATION=1

# How long a deployment waits for its pods, as terraform/deploy/main.tf has it.
patience() { echo 10m; }

initialize() {
  tool terraform
  [[ -f terraform/deploy/.terraform.lock.hcl ]] || dry ||
    die "terraform/deploy/.terraform.lock.hcl is missing: \`make tf-lock\` writes it, and it belongs into Git"
  run terraform -chdir=terraform/deploy init -input=false -reconfigure -lockfile=readonly "-backend-config=config_path=${KUBECONFIG:-}"
}

# apply_release IMAGE DIGEST REVISION DESCRIPTION
apply_release() {
  initialize || return
  run_noting terraform -chdir=terraform/deploy apply -input=false -auto-approve -lock-timeout=2m \
    -var "environment=$ENVIRONMENT" -var "kubeconfig=${KUBECONFIG:-}" \
    -var "image=$1" -var "digest=$2" -var "revision=$3" -var "description=$4"
}

install_release() { apply_release "$IMAGE" "$DIGEST" "$REVISION" "$REVISION"; }

# Errors of an apply that is refused because another process is at work: the state is locked, or, for who deploys past
# Terraform, the release is pending, or its revision or its name was taken a moment earlier.
refusals() {
  echo 'Error acquiring the state lock|another operation \(install/upgrade/rollback\) is in progress|release: already exists|cannot re-?use a name that is still in use'
}

# return_to REVISION-OF-HELM HISTORY: make the release again what it was then. `helm rollback` would do it past Terraform's
# state.
return_to() {
  local values='{"image": {"repository": "<its image>", "digest": "<its digest>"}, "revision": "<its commit>"}'
  if ! dry; then
    recover_pending "$2"
    values="$(helm get values "$SERVICE" --namespace "$NAMESPACE" --revision "$1" --output json)"
  fi
  apply_release "$(jq -r .image.repository <<<"$values")" "$(jq -r .image.digest <<<"$values")" "$(jq -r .revision <<<"$values")" "Rollback to $1"
}

# recover_pending HISTORY: a pipeline that was killed leaves its release "pending", so that Helm refuses the next one, and
# may leave Terraform's state locked. Without the record of the revision that was cut off, the one before it is the last
# again: the next apply starts from there, or installs over what a first one left. Whoever calls this has waited until no one
# can be working on it any more (settled_history).
recover_pending() {
  local status number
  if dry; then return; fi
  status="$(last_status <<<"$1")"
  if [[ "$status" == pending-* ]]; then
    number="$(last_revision <<<"$1")"
    say "the last deployment was cut off ($status)"
    run kubectl delete secret "sh.helm.release.v1.$SERVICE.v$number" --namespace "$NAMESPACE"
  fi
  release_lock "$status"
}

# release_lock STATUS: take the lock of a run that was cut off from Terraform's state. It may be all that such a run left, when
# it ended before Helm began. The lock of a run that is at work stays: the apply waits for it, and is refused in the end.
release_lock() {
  local lease holder age limit
  # The lock is a Lease, held by the id of the run that took it.
  lease="$(kubectl get lease lock-tfstate-default-deploy --namespace "$NAMESPACE" --ignore-not-found --output json)"
  holder="$(jq -r '.spec.holderIdentity // empty' <<<"$lease")"
  [[ -n "$holder" ]] || return 0
  # Terraform leaves the times of a Lease empty, and writes into an annotation since when it has the lock.
  age="$(jq -r -L ci 'include "history"; .spec.renewTime // .spec.acquireTime
    // ((.metadata.annotations["app.terraform.io/lock-info"] // "{}") | fromjson? | .Created?) // ""
    | [seconds_since][0] // empty' <<<"$lease")"
  limit="$(cut_off_after)"
  if left_behind "$1" "$age" "$limit"; then
    say "the run $holder was cut off, and left its lock on Terraform's state${age:+ $age s ago}"
    initialize
    run terraform -chdir=terraform/deploy force-unlock -force "$holder"
  else
    say "the run $holder has the lock on Terraform's state${age:+, since $age s}; after $limit s it counts as cut off (CUT_OFF=1 declares it cut off)"
  fi
}

# left_behind STATUS AGE LIMIT: true when the lock is that of a run that was cut off. A rollback of the pipeline (NOT_AFTER)
# sets CUT_OFF=1 for its own release alone: without one that is pending, the lock may be another run's.
left_behind() {
  if [[ "${CUT_OFF:-0}" == 1 && (-z "${NOT_AFTER:-}" || "$1" == pending-*) ]]; then return 0; fi
  if [[ -z "$2" ]]; then
    [[ "$1" == pending-* ]]
  else
    (($2 > $3))
  fi
}
