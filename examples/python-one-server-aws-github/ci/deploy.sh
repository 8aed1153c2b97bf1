#!/usr/bin/env bash
# Put one digest on the servers of one environment, one server after the other, and prove that it runs there. A server on which it
# fails goes back to what it ran before, so do those before it, and the servers after it are not touched.
#
# qa and prod refuse a commit that is older than the one they run; OLDER=1 deploys it.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
source ci/cloud.sh
source ci/servers.sh
need ENVIRONMENT IMAGE DIGEST REVISION
tool git jq curl

# Commits that reach qa and prod were merged: neither a digest typed by hand nor a branch whose run was started by mistake comes
# further than dev.
require_main() {
  local main=refs/remotes/origin/main
  [ "$ENVIRONMENT" != dev ] || return 0
  dry || git rev-parse --quiet --verify "$main^{commit}" >/dev/null ||
    die "this checkout has no origin/main, so it cannot tell whether $REVISION is on main: \`git fetch origin main\` gets it"
  run git merge-base --is-ancestor "$REVISION" "$main" ||
    die "$REVISION is not on main as this checkout knows it: only what was merged is deployed to $ENVIRONMENT"
}

# A message that does not arrive is worth a line in the log, not a failed deployment. Bad news has the reason, and a link to read on.
why=""
announce() {
  local commit="" page=""
  if [ "$1" != succeeded ]; then
    commit="$COMMITS$REVISION" page="${FILES}docs/rolled-back.md"
    say "commit: $commit"
    say "what to do: $page"
  fi
  WHY="$why" COMMIT_URL="$commit" PAGE_URL="$page" ci/notify.sh "$@" || say "warning: the chat did not take the message: $1 $2"
}

# An approval that was given out of order must not undo what is newer. A commit that this checkout does not know cannot be compared.
refuse_older() {
  local running
  [ "$ENVIRONMENT" != dev ] || return 0
  [ "${OLDER:-0}" != 1 ] || return 0
  [ -n "$(digest_on "$1")" ] || return 0
  running="$(info_of "$1" | jq -r '.revision // empty')" || return 0 # what does not answer is to be replaced
  case "$running" in "" | *[!0-9a-f]*) return 0 ;; esac # no commit
  git rev-parse --quiet --verify "$running^{commit}" >/dev/null || return 0
  if ! git merge-base --is-ancestor "$running" "$REVISION" && git merge-base --is-ancestor "$REVISION" "$running"; then
    say "error: $ENVIRONMENT runs $running, which is newer than $REVISION: not deployed. To go back: make rollback; to deploy the older one all the same: OLDER=1"
    announce failed "$REVISION was not deployed: $ENVIRONMENT runs $running, which is newer."
    exit 1
  fi
}

# give_up SERVER REASON: the server itself is back on what it ran. So that all servers run the same, the ones before it go back too,
# unless another deployment has changed them since.
give_up() {
  local reason=$2 server now failed=""
  say "error: $reason"
  ONLY="$1" ci/diagnose.sh || say "warning: the diagnostics are incomplete"
  why="$(error_in "build/diagnostics/$ENVIRONMENT/$1/failed.log")" || why=""
  [ -z "$why" ] || say "why: $why"
  for server in ${changed[@]+"${changed[@]}"}; do
    play "$server" rollback.yml "only_digest=$DIGEST" || failed+=" $server"
  done
  if [ -n "$failed" ]; then
    announce failed "$reason, and the rollback failed too on$failed: $ENVIRONMENT needs someone now."
  elif ! now="$(digest_on "$1")"; then
    announce failed "$reason, and it is unknown what $1 runs: $ENVIRONMENT needs someone now."
  elif [ -z "$now" ]; then
    announce failed "$reason. Nothing ran on $1 before, so the failed release stays there to be looked at."
  else
    announce rolled-back "$reason. $ENVIRONMENT runs what it ran before."
  fi
  exit 1
}
error_in() { jq -nRr -L ci 'include "why"; last_error' <"$1"; }

require_main
if dry; then servers="$SERVICE-$ENVIRONMENT-1"; else servers="$(need_servers)"; fi
dry || refuse_older "$(head -n 1 <<<"$servers")"

# The servers that another digest ran on before: only those have something to go back to.
changed=()
for server in $servers; do
  status=0
  before="$(dry || digest_on "$server")" || give_up "$server" "$server in $ENVIRONMENT takes no commands, so that $REVISION did not reach it"
  play "$server" playbook.yml "image=$IMAGE@$DIGEST" || status=$?
  case "$status" in
    0) ;;
    75)
      say "error: another deployment of $ENVIRONMENT is at work on $server"
      announce failed "$REVISION was not deployed: another deployment of $ENVIRONMENT is under way. Deploy $REVISION again when it has ended."
      exit 75
      ;;
    124)
      # Its state by then is unknown, so that this server is one of those that go back.
      changed+=("$server")
      give_up "$server" "the command that brings $REVISION to $server in $ENVIRONMENT was cut off"
      ;;
    125) give_up "$server" "$server in $ENVIRONMENT takes no commands, so that $REVISION did not reach it" ;;
    *) give_up "$server" "$REVISION does not run on $server in $ENVIRONMENT" ;;
  esac
  if ! ONLY="$server" EXPECTED_REVISION="$REVISION" EXPECTED_RUNTIME="$(<"$RUNTIME_FILE")" ci/smoke.sh; then
    if [ "$before" != "$DIGEST" ]; then changed+=("$server"); fi
    give_up "$server" "$server in $ENVIRONMENT does not run what was deployed ($REVISION)"
  fi
  if [ "$before" != "$DIGEST" ]; then changed+=("$server"); fi
done
ONLY="" EXPECTED_REVISION="$REVISION" ci/smoke.sh || give_up "$server" "$ENVIRONMENT does not run what was deployed ($REVISION)"
announce succeeded "$ENVIRONMENT runs $REVISION."
