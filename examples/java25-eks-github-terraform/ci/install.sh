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
  initialize
  run_noting terraform -chdir=terraform/deploy apply -input=false -auto-approve -lock-timeout=2m \
    -var "environment=$ENVIRONMENT" -var "kubeconfig=${KUBECONFIG:-}" \
    -var "image=$1" -var "digest=$2" -var "revision=$3" -var "description=$4"
}

install_release() { apply_release "$IMAGE" "$DIGEST" "$REVISION" "$REVISION"; }

# What an apply says when it is refused because somebody else is at work: the state is locked, or, for who deploys past
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
# again: the next apply starts from there, or installs over what a first one left. Whoever calls this has waited until nobody
# can be working on it any more (settled_history).
recover_pending() {
  local status number lock
  status="$(last_status <<<"$1")"
  [[ "$status" == pending-* ]] || return 0
  number="$(jq -r 'max_by(.revision).revision' <<<"$1")"
  say "the last deployment was cut off ($status)"
  run kubectl delete secret "sh.helm.release.v1.$SERVICE.v$number" --namespace "$NAMESPACE"
  # The lock is a Lease, held by the id of the run that took it.
  lock="$(kubectl get lease lock-tfstate-default-deploy --namespace "$NAMESPACE" --ignore-not-found --output 'jsonpath={.spec.holderIdentity}')"
  [[ -n "$lock" ]] || return 0
  initialize
  run terraform -chdir=terraform/deploy force-unlock -force "$lock"
}
