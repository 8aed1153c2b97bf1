#!/usr/bin/env bash
# Helm's record of the release: which revision runs, which one to go back to, whether one was cut off, and whether
# another process is at work on it.

# A release that has been pending for longer than a deployment waits for its pods (`patience` of ci/install.sh) was cut off;
# these seconds more are for what Helm does besides waiting, and for clocks that differ.
grace=120

errors="$(mktemp)" # stderr of the last command that changed the release
trap 'rm -f "$errors"' EXIT

# Print the history as JSON, oldest first, with `given_up` on what give_up_on marked; [] when the service was never installed
# here. The stderr of a program that brings the credentials is not a part of it.
release_history() {
  local history complaints labels
  if dry; then
    echo "[]"
    return
  fi
  complaints="$(mktemp)"
  if history="$(helm history "$SERVICE" --namespace "$NAMESPACE" --output json 2>"$complaints")"; then
    labels="$(kubectl get secrets --namespace "$NAMESPACE" --selector "owner=helm,name=$SERVICE,given-up" \
      --output 'jsonpath={range .items[*]}{.metadata.labels.version}={.metadata.labels.given-up} {end}')" ||
      die "cannot read which releases of $SERVICE were given up"
    jq -c -L ci --arg labels "$labels" 'include "history"; with_marks($labels)' <<<"$history" ||
      die "cannot understand the history of $SERVICE: $history"
  elif grep -q "release: not found" "$complaints"; then
    echo "[]"
  else
    history="$(<"$complaints")"
    rm -f "$complaints"
    die "cannot read the history of $SERVICE: $history"
  fi
  rm -f "$complaints"
}

# give_up_on REVISIONS-OF-HELM: mark them, separated by blanks, as bad, so that nothing goes back to them. The history is not
# enough: a rollback that fails can look like an upgrade that failed, or leave nothing there. The mark is a label, because
# Helm drops an annotation when it writes the Secret again.
give_up_on() {
  local number
  for number in $1; do
    mark "$number" "given-up=$number" ||
      say "warning: Helm revision $number is not marked as given up. If the rollback fails too, name what to go back to: make rollback TO=<revision>"
  done
}

# take_back REVISIONS-OF-HELM: they run and are good after all.
take_back() {
  local number
  for number in $1; do
    mark "$number" given-up- || say "warning: Helm revision $number is still marked as given up: nothing goes back to it by itself"
  done
}

# mark REVISION-OF-HELM LABEL: three attempts, because a rollback is needed most where the cluster is slow to answer.
mark() {
  local attempt
  for attempt in 1 2 3; do
    run kubectl label secret "sh.helm.release.v1.$SERVICE.v$1" --namespace "$NAMESPACE" --overwrite "$2" >&2 && return
    ((attempt == 3)) || sleep 2
  done
  return 1
}

# Print after how many seconds a deployment that is still under way counts as cut off.
cut_off_after() {
  jq -nr -L ci --arg timeout "$(patience)" --argjson grace "$grace" 'include "history"; ($timeout | seconds) + $grace | floor'
}

# Print the history as soon as no other process is at work. A release is "pending" while Helm works on it, and stays so when a
# pipeline was killed; only its age tells one from the other. CUT_OFF=1 declares it cut off, without a wait.
settled_history() {
  local history age told="" limit
  limit="$(cut_off_after)" || die "cannot tell how long a deployment of $SERVICE may take, and so whether another one is under way"
  while history="$(release_history)"; do
    age="$(jq -r -L ci --argjson limit "$limit" 'include "history"; pending | select(. != null and . <= $limit)' <<<"$history")" ||
      die "cannot tell from the history of $SERVICE whether another deployment is under way: $history"
    if [[ -z "$age" || "${CUT_OFF:-0}" == 1 ]]; then
      echo "$history"
      return
    fi
    [[ -n "$told" ]] || say "another deployment of $ENVIRONMENT has been under way for $age s: waiting until it ends, or is $limit s old and counts as cut off (CUT_OFF=1 declares it cut off)"
    told=1
    sleep 5
  done
  return 1
}

# digest_of REVISION-OF-HELM: print the digest that it holds, or nothing without such a revision.
digest_of() {
  local history known values
  history="$(release_history)" || return
  known="$(jq --argjson number "$1" 'any(.revision == $number)' <<<"$history")" || return
  [[ "$known" == true ]] || return 0
  values="$(helm get values "$SERVICE" --namespace "$NAMESPACE" --revision "$1" --output json)" || return
  jq -r '.image.digest // "unknown"' <<<"$values"
}

# noting COMMAND…: note its stderr in $errors.
noting() {
  { "$@" 2>&1 >&3 3>&- | tee "$errors" >&2; } 3>&1
}
run_noting() { noting run "$@"; }

# True when that command was refused because another process is at work (`refusals` of ci/install.sh).
was_refused() { grep -qE "$(refusals)" "$errors"; }

# Read a history, print its last revision, or 0.
last_revision() { jq -r 'max_by(.revision) | .revision // 0'; }

# Read a history, print the status of its last revision, or nothing.
last_status() { jq -r 'max_by(.revision) | .status // empty'; }

# Read a history, print the revision that serves now; after a rollback that failed none is marked so, and the newest good
# one is meant. Prints nothing when the service never ran.
serving_revision() { jq -r -L ci 'include "history"; serving // empty'; }

# Read a history, print the revision that serves or, if no good one is left, the one that the cluster got last.
standing_revision() { jq -r -L ci 'include "history"; standing // empty'; }

# left_for REVISION-OF-HELM: read a history, print what a rollback to it gives up.
left_for() { jq -r -L ci --argjson to "$1" 'include "history"; left_for($to)'; }

# taken_back REVISION-OF-HELM: read a history, print what was given up and is good after all when that revision runs.
taken_back() { jq -r -L ci --argjson to "$1" 'include "history"; taken_back($to)'; }

# Read a history, print the newest good revision that is older than what serves now, or nothing.
previous_good_revision() { jq -r -L ci 'include "history"; previous_good // empty'; }
