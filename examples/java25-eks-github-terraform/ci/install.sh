#!/usr/bin/env bash
# How a release gets into the cluster: Terraform applies terraform/deploy, which installs the chart.
export CHECKPOINT_DISABLE=1 TF_IN_AUTOMATION=1

# apply_release IMAGE DIGEST REVISION DESCRIPTION
apply_release() {
  tool terraform
  [[ -f terraform/deploy/.terraform.lock.hcl ]] || dry ||
    die "terraform/deploy/.terraform.lock.hcl is missing: \`make tf-lock\` writes it, and it belongs into Git"
  run terraform -chdir=terraform/deploy init -input=false -reconfigure -lockfile=readonly "-backend-config=config_path=${KUBECONFIG:-}"
  run terraform -chdir=terraform/deploy apply -input=false -auto-approve -lock-timeout=2m \
    -var "environment=$ENVIRONMENT" -var "kubeconfig=${KUBECONFIG:-}" \
    -var "image=$1" -var "digest=$2" -var "revision=$3" -var "description=$4"
}

install_release() { apply_release "$IMAGE" "$DIGEST" "$REVISION" "$REVISION"; }

# return_to REVISION-OF-HELM: make the release again what it was then. `helm rollback` would do it past Terraform's state.
return_to() {
  local values='{"image": {"repository": "<its image>", "digest": "<its digest>"}, "revision": "<its commit>"}'
  if ! dry; then
    values="$(helm get values "$SERVICE" --namespace "$NAMESPACE" --revision "$1" --output json)"
  fi
  apply_release "$(jq -r .image.repository <<<"$values")" "$(jq -r .image.digest <<<"$values")" "$(jq -r .revision <<<"$values")" "Rollback to $1"
}
