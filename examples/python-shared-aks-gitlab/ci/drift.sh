#!/usr/bin/env bash
# Does the cloud still look as the code says? Writes build/drift/<environment>.json and exits 0 (yes), 2 (no), 1 (unknown).
#
# It changes nothing and takes no lock. A rule that somebody adds beside ours, as an object of its own, is invisible to
# any plan; the modules therefore own the whole list where Terraform allows it.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
source ci/cloud.sh
need ENVIRONMENT
tool terraform jq

dry || mkdir -p build/drift
report="build/drift/$ENVIRONMENT.json"
plan="$PWD/build/drift/$ENVIRONMENT.tfplan"
write_report() { jq -n --arg environment "$ENVIRONMENT" --arg result "$1" --argjson changes "$2" '$ARGS.named' >"$report"; }

if ! dry; then write_report unknown '[]'; fi
ENVIRONMENT="$ENVIRONMENT" ci/tf.sh init env

status=0
run terraform -chdir=terraform/env plan -detailed-exitcode -lock=false -input=false \
  -var-file=envs/common.tfvars -var-file="envs/$ENVIRONMENT.tfvars" -out="$plan" || status=$?
if dry; then exit; fi
case "$status" in
  0)
    write_report clean '[]'
    say "$ENVIRONMENT is as the code says"
    ;;
  2)
    # Addresses and verbs only: values can be secret, and this goes into an issue and a chat.
    changes="$(terraform -chdir=terraform/env show -json "$plan" |
      jq -c '[.resource_changes[] | select(.change.actions != ["no-op"] and .change.actions != ["read"]) | "\(.change.actions | join(" and ")) \(.address)"]')"
    write_report drift "$changes"
    say "$ENVIRONMENT differs from the code:"
    jq -r '.changes[] | "  " + .' "$report" >&2
    ;;
  *) say "error: terraform could not compare $ENVIRONMENT with the code" ;;
esac
exit "$status"
