#!/usr/bin/env bash
# Go back to an earlier Helm revision: TO, or else the newest one that served before the present one and was not bad.
#
# Nothing is built: the old image is still in the registry, and its digest is part of the old revision. Everything after it is
# marked as given up before anything else happens, so that it does not count as good if the rollback fails. With NOT_AFTER, a
# revision, it changes nothing and exits with 75 if a newer one was made meanwhile.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
source ci/cloud.sh
source ci/release.sh
source ci/install.sh
need ENVIRONMENT
[[ -z "${TO:-}" || "$TO" =~ ^[1-9][0-9]*$ ]] || die "TO is '$TO': it is the number of a Helm revision"
tool helm kubectl jq curl

connect_cluster
history="$(settled_history)"
last="$(last_revision <<<"$history")"
if ((${NOT_AFTER:-0} > 0 && last > ${NOT_AFTER:-0})); then
  say "error: another deployment of $ENVIRONMENT came after Helm revision $NOT_AFTER: it is not undone"
  exit 75
fi
if [[ -z "${TO:-}" ]] && ! dry; then
  TO="$(previous_good_revision <<<"$history")"
  [[ -n "$TO" ]] || die "no earlier good revision of $SERVICE in $ENVIRONMENT; \`helm history $SERVICE --namespace $NAMESPACE\` lists them all, and TO=<revision> names one"
fi

if ! dry; then
  given_up="$(left_for "$TO" <<<"$history")"
  give_up_on "$given_up"
fi
return_to "${TO:-PREVIOUS}" "$history"
if dry; then exit; fi

digest="$(helm get values "$SERVICE" --namespace "$NAMESPACE" --output json | jq -r '.image.digest')"
DIGEST="$digest" ci/smoke.sh
good_after_all="$(taken_back "$TO" <<<"$history")"
take_back "$good_after_all"
say "$ENVIRONMENT runs Helm revision $TO again ($digest)"
