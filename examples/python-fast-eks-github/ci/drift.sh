#!/usr/bin/env bash
# Does the cloud still match the code? Writes build/drift/<environment>.json and exits 0 (yes), 2 (no), 1 (unknown).
#
# Compared is terraform/env, and with one environment (DRIFT_OF_SHARED) what exists once: terraform/shared, and
# terraform/bootstrap where its state is, on the machine of whoever applied it. It changes nothing and takes no lock. A rule that
# is added by hand beside ours, as an object of its own, is invisible to any plan; the modules therefore own the whole list where
# Terraform allows it.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
source ci/cloud.sh
need ENVIRONMENT
tool terraform jq

dry || mkdir -p build/drift
report="build/drift/$ENVIRONMENT.json"
changes='[]' unknown=() unseen=()
write_report() { jq -n --arg environment "$ENVIRONMENT" --arg result "$1" --argjson changes "$changes" '$ARGS.named' >"$report"; }
if ! dry; then write_report unknown; fi

# compare ROOT [OPTION…]: add what differs to $changes. Addresses and verbs only: values can be secret, and this goes into an
# issue and a chat.
compare() {
  local root=$1 status=0 plan="$PWD/build/drift/$ENVIRONMENT-$1.tfplan" found
  shift
  if ! ENVIRONMENT="$ENVIRONMENT" ci/tf.sh init "$root"; then
    unknown+=("$root")
    return
  fi
  run terraform -chdir="terraform/$root" plan -detailed-exitcode -lock=false -input=false "$@" -out="$plan" || status=$?
  if dry; then return; fi
  case "$status" in
    0) ;;
    2)
      found="$(terraform -chdir="terraform/$root" show -json "$plan" | jq -c --arg root "$root" '[.resource_changes[]
        | select(.change.actions != ["no-op"] and .change.actions != ["read"])
        | (.change.actions | join(" and ")) + " " + .address + if $root == "env" then "" else " (\($root))" end]')"
      changes="$(jq -c --argjson found "$found" '. + $found' <<<"$changes")"
      ;;
    *) unknown+=("$root") ;;
  esac
}

compare env -var-file=envs/common.tfvars -var-file="envs/$ENVIRONMENT.tfvars"
if [[ "$ENVIRONMENT" == "$DRIFT_OF_SHARED" ]]; then
  compare shared
  if [[ -f terraform/bootstrap/terraform.tfstate ]]; then
    compare bootstrap
  else
    unseen=("bootstrap")
  fi
fi
if dry; then exit; fi

((${#unseen[@]} == 0)) || say "not compared: terraform/${unseen[0]}, whose state is on the machine of whoever applied it; make drift ENVIRONMENT=$ENVIRONMENT compares it there"
((${#unknown[@]} == 0)) || say "error: terraform could not compare terraform/${unknown[0]}${unknown[1]:+ and terraform/${unknown[1]}} with the code ($ENVIRONMENT)"
if [[ "$changes" != '[]' ]]; then
  write_report drift
  say "$ENVIRONMENT differs from the code:"
  jq -r '.changes[] | "  " + .' "$report" >&2
  exit 2
fi
((${#unknown[@]} == 0)) || exit 1
write_report clean
say "$ENVIRONMENT matches the code"
