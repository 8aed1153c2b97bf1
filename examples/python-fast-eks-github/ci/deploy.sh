#!/usr/bin/env bash
# Put one digest into one environment and prove that it runs there; otherwise put back what ran before.
#
# qa and prod refuse a commit that is older than the one they run; OLDER=1 deploys it. CUT_OFF=1 declares that another deployment
# that seems to be under way was cut off, and does not wait for it.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
source ci/cloud.sh
source ci/release.sh
source ci/install.sh
need ENVIRONMENT IMAGE DIGEST REVISION
tool git helm kubectl cosign jq curl

# Commits that reach qa and prod were merged. A signature proves that the pipeline built the image, not that its commit is still the
# team's: neither a digest typed by hand nor a branch whose run was started by mistake comes further than dev.
require_main() {
  local main=refs/remotes/origin/main
  [ "$ENVIRONMENT" != dev ] || return 0
  dry || git rev-parse --quiet --verify "$main^{commit}" >/dev/null ||
    die "it is unknown whether $REVISION is on main: the checkout has no origin/main; \`git fetch origin main\` gets it"
  run git merge-base --is-ancestor "$REVISION" "$main" ||
    die "$REVISION is not on main as this checkout knows it: only what was merged is deployed to $ENVIRONMENT"
}

verify_signature() {
  local signer
  if [ -n "${COSIGN_KEY:-}" ]; then
    run cosign verify --key "$COSIGN_KEY" "$IMAGE@$DIGEST" >/dev/null
    return
  fi
  for signer in ${SIGNERS[@]+"${SIGNERS[@]}"}; do
    run cosign verify --certificate-identity "${signer% *}" --certificate-oidc-issuer "${signer#* }" "$IMAGE@$DIGEST" >/dev/null && return
  done
  return 1
}

test_release() { run_noting helm test "$SERVICE" --namespace "$NAMESPACE" --logs --timeout 3m; }

smoke() { DIGEST="$DIGEST" EXPECTED_REVISION="$REVISION" EXPECTED_RUNTIME="$(<"$RUNTIME_FILE")" noting ci/smoke.sh; }

# Print why the deployment failed, in one line: the last error in the log of a pod that is not ready, or the report of Kubernetes on
# such a pod, or else the error of the command that failed.
last_error() {
  local pods pod line="" folder="build/diagnostics/$ENVIRONMENT"
  pods="$(kubectl --namespace "$NAMESPACE" get pods --selector "app.kubernetes.io/instance=$SERVICE" --output json)" || pods='{"items": []}'
  line="$(for pod in $(jq -r -L ci 'include "why"; not_ready | .metadata.name' <<<"$pods"); do
    cat "$folder/logs-previous.txt" "$folder/logs.txt" 2>/dev/null | grep -F "[pod/$pod/" || true
  done | error_in)"
  [ -n "$line" ] || line="$(jq -r -L ci 'include "why"; kubernetes_says' <<<"$pods")"
  [ -n "$line" ] || line="$(error_in <"$errors")"
  echo "$line"
}
error_in() { jq -nRr -L ci 'include "why"; last_error'; }

# A message that does not arrive is worth a line in the log, not a failed deployment. Bad news has the reason, and a link to read on.
why=""
announce() {
  local commit="" page=""
  if [ "$1" != succeeded ]; then
    commit="$COMMITS$REVISION" page="${FILES}docs/rolled-back.md"
    say "commit: $commit"
    say "what to do: $page"
  fi
  WHY="$why" COMMIT_URL="$commit" PAGE_URL="$page" ci/notify.sh "$@" || say "warning: the chat was not told: $1 $2"
}

# A late run must not undo a newer one: an approval that was given out of order, or the run of an old commit that was
# started again. A commit that this checkout does not have cannot be compared.
refuse_older() {
  local serving running
  [ "$ENVIRONMENT" != dev ] || return 0
  [ "${OLDER:-0}" != 1 ] || return 0
  serving="$(serving_revision <<<"$1")"
  [ -n "$serving" ] || return 0
  running="$(helm get values "$SERVICE" --namespace "$NAMESPACE" --revision "$serving" --output json | jq -r '.revision // empty')" ||
    die "cannot read which commit $ENVIRONMENT runs (Helm revision $serving), and so whether $REVISION is older: not deployed"
  case "$running" in "" | *[!0-9a-f]*) return 0 ;; esac # no commit
  git rev-parse --quiet --verify "$running^{commit}" >/dev/null || return 0
  if ! git merge-base --is-ancestor "$running" "$REVISION" && git merge-base --is-ancestor "$REVISION" "$running"; then
    say "error: $ENVIRONMENT runs $running, which is newer than $REVISION: not deployed. To go back: make rollback; to deploy the older one all the same: OLDER=1"
    announce failed "$REVISION was not deployed: $ENVIRONMENT runs $running, which is newer."
    exit 1
  fi
}

# leave REASON [ADVICE]: another process is at work in this environment, such as a person beside the pipeline. That process
# proves its release, or takes it back: two that undo each other's work leave the old release and two alarms.
leave() {
  say "error: $1"
  announce failed "$1. Nothing was rolled back; ${2:-deploy $REVISION again when the other deployment has ended.}"
  exit 75
}

# A revision that is not rolled back stays in the history: no later deployment goes back to it.
give_up_own() { [ "$(digest_of $((before + 1)))" != "$DIGEST" ] || give_up_on $((before + 1)); }

# Of two deployments at once the second replaces the pods of the first while that one asks them. A release that was installed,
# passed its test and was not seen to be wrong itself stays good: the next rollback may go to it.
proved=""
give_up_unproved() { [ -n "$proved" ] || give_up_own; }
newer_came() {
  local history
  history="$(release_history)" || return
  (($(last_revision <<<"$history") > before + 1))
}

# Evidence first, then the old release, then the news.
give_up() {
  local reason=$1 status=0
  say "error: $reason"
  ci/diagnose.sh || say "warning: the diagnostics are incomplete"
  why="$(last_error)" || why=""
  [ -z "$why" ] || say "why: $why"
  if [ -z "$good" ]; then
    if newer_came; then
      give_up_unproved
      leave "$reason, and another deployment came in between"
    fi
    give_up_own
    announce failed "$reason. Nothing ran in $ENVIRONMENT before, so the failed release stays there to be looked at."
    exit 1
  fi
  # A revision that is still pending now is this deployment's own.
  TO="$good" NOT_AFTER=$((before + 1)) CUT_OFF=1 ci/rollback.sh || status=$?
  case "$status" in
    0) announce rolled-back "$reason. $ENVIRONMENT runs what it ran before (Helm revision $good)." ;;
    75)
      give_up_unproved
      leave "$reason, and another deployment came in between"
      ;;
    *) announce failed "$reason, and the rollback to Helm revision $good failed too: $ENVIRONMENT needs someone now." ;;
  esac
  exit 1
}

((${#SIGNERS[@]})) || need COSIGN_KEY
require_main
login_registry
verify_signature || die "$IMAGE@$DIGEST is not signed by ${COSIGN_KEY:-${SIGNERS[*]-}}: not deployed"
connect_cluster
history="$(settled_history)"
refuse_older "$history"
recover_pending "$history"
history="$(release_history)"
good="$(serving_revision <<<"$history")"
before="$(last_revision <<<"$history")"

if ! install_release; then
  ! was_refused || leave "$REVISION was not deployed: another deployment of $ENVIRONMENT is under way"
  failure="$REVISION could not be installed in $ENVIRONMENT"
  why="$(error_in <"$errors")" || why=""
  if [ -n "$good" ]; then
    # Helm may have failed before it wrote a revision, and another deployment may have written one of that number since.
    made="$(digest_of $((before + 1)))" || leave "$failure, and it is unknown what it left there" "$ENVIRONMENT needs someone now."
    case "$made" in
      "$DIGEST") ;;
      "") leave "$failure: Helm made no revision of it" "$ENVIRONMENT runs what it ran before." ;;
      *) leave "$failure, and another deployment came in between" ;;
    esac
  fi
  give_up "$failure"
fi
test_release || give_up "helm test failed for $REVISION in $ENVIRONMENT"
status=0
smoke || status=$?
if ((status != 0)); then
  if ((status != 3)); then proved=1; fi
  give_up "$ENVIRONMENT does not run what was deployed ($REVISION)"
fi
announce succeeded "$ENVIRONMENT runs $REVISION."
