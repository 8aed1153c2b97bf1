#!/usr/bin/env bash
# Terraform with the arguments of this repository: tf.sh init|plan|apply|test|lock bootstrap|shared|env
#
# `plan` keeps its plan in build/, and `apply` carries out that plan and no other. Without one, a person who types `apply`
# sees the plan and is asked; with YES=1 no one is.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
source ci/cloud.sh
verb="${1:-}" root="${2:-${ROOT:-env}}"
[ -d "terraform/$root" ] || die "no terraform/$root: name a folder of terraform/ with ROOT=…"
tool terraform

export CHECKPOINT_DISABLE=1 TF_IN_AUTOMATION=1
dry || mkdir -p build
variables=() backend=() name="$root"
case "$root" in
  bootstrap) ;; # makes the place for the states of the other two, so its own state stays on disk
  shared) backend=("-backend-config=backend.$STATE_BACKEND.tfbackend") ;;
  *)
    name="$root-${ENVIRONMENT:-}"
    variables=(-var-file=envs/common.tfvars "-var-file=envs/${ENVIRONMENT:-}.tfvars")
    backend=("-backend-config=envs/${ENVIRONMENT:-}.$STATE_BACKEND.tfbackend")
    ;;
esac
plan="$PWD/build/$name.tfplan"
terraform_in_root() { run terraform -chdir="terraform/$root" "$@"; }

confirm() {
  local answer=yes
  if [ "${YES:-}" != 1 ]; then read -r -p "Carry out this plan of $name? Only yes does: " answer || answer=""; fi
  if [ "$answer" = yes ]; then return; fi
  rm -f "$plan"
  die "nothing was changed"
}

initialise() {
  if [ "$root" = env ]; then need ENVIRONMENT; fi
  [ -f "terraform/$root/.terraform.lock.hcl" ] || dry ||
    die "terraform/$root/.terraform.lock.hcl is missing: \`make tf-lock\` writes it, and it belongs into Git"
  terraform_in_root init -input=false -reconfigure -lockfile=readonly ${backend[@]+"${backend[@]}"}
}

case "$verb" in
  init) initialise ;;
  plan)
    initialise
    terraform_in_root plan -input=false -out="$plan" ${variables[@]+"${variables[@]}"}
    ;;
  apply)
    if [ "$root" = env ]; then need ENVIRONMENT; fi
    if ! [ -f "$plan" ] && ! dry && { [ -t 0 ] || [ "${YES:-}" = 1 ]; }; then
      initialise
      terraform_in_root plan -input=false -out="$plan" ${variables[@]+"${variables[@]}"}
      confirm
    fi
    [ -f "$plan" ] || dry || die "no plan: run \`make tf-plan ROOT=$root\` first, and read it"
    terraform_in_root apply -input=false "$plan"
    run rm -f "$plan"
    ;;
  test)
    terraform_in_root init -input=false -backend=false
    terraform_in_root test
    ;;
  lock)
    # All platforms that people and pipelines use, or the first other machine finds the lock incomplete.
    terraform_in_root providers lock -platform=linux_amd64 -platform=linux_arm64 -platform=darwin_arm64 -platform=darwin_amd64
    ;;
  *) die "usage: tf.sh init|plan|apply|test|lock bootstrap|shared|env" ;;
esac
