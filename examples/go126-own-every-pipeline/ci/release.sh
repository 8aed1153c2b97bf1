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

# Read a history, print the status of its last revision, or nothing.
last_status() { jq -r 'max_by(.revision) | .status // empty'; }

# Read a history, print the revision that serves now; after a rollback that failed none is marked so, and the newest good
# one is meant. Prints nothing when the service never ran.
serving_revision() { jq -r -L ci 'include "history"; serving // empty'; }

# Read a history, print the newest good revision that is older than what serves now, or nothing.
previous_good_revision() { jq -r -L ci 'include "history"; previous_good // empty'; }
