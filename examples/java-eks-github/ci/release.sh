#!/usr/bin/env bash
# What Helm remembers about the release: which revision runs, which one to go back to, and whether one was cut off.

# Print the history as JSON, oldest first; [] when the service was never installed here.
release_history() {
  local history
  if dry; then
    echo "[]"
  elif history="$(helm history "$SERVICE" --namespace "$NAMESPACE" --output json 2>&1)"; then
    echo "$history"
  elif [[ "$history" == *"release: not found"* ]]; then
    echo "[]"
  else
    die "cannot read the history of $SERVICE: $history"
  fi
}

# Words for the questions below. "Rollback to 5" as the description of revision 8 says two things: 8 is 5 again, and
# what came between them was bad.
# shellcheck disable=SC2016  # $n and $all are variables of jq
history_words='
  def goes_back_to: (.description // "") | capture("^Rollback to (?<to>[0-9]+)$") | .to | tonumber;
  def origin($all; $n): [$all[] | select(.revision == $n) | goes_back_to][0] as $to
    | if $to == null then $n else origin($all; $to) end;
  def is_bad($all; $n): any($all[] | {revision, to: goes_back_to}; .to < $n and $n < .revision);
  def good: . as $all | [.[] | select(.status == "deployed" or .status == "superseded") | .revision
    | select(origin($all; .) == . and (is_bad($all; .) | not))];
  def deployed: [.[] | select(.status == "deployed") | .revision] | max;'

# Read a history, print the status of its last revision, or nothing.
last_status() { jq -r 'max_by(.revision) | .status // empty'; }

# Read a history, print the revision that serves now; after a rollback that failed none is marked so, and the newest good
# one is meant. Prints nothing when the service never ran.
serving_revision() { jq -r "$history_words"' deployed // (good | max) // empty'; }

# Read a history, print the newest good revision that is older than what serves now, or nothing.
previous_good_revision() {
  # shellcheck disable=SC2016  # variables of jq
  jq -r "$history_words"'
    . as $all | deployed as $now
    | good - [$now | values]
    | map(select($now == null or . < origin($all; $now))) | max // empty'
}
