# How a change is proposed where this repository lies; ci/propose-update.sh reads it.
# shellcheck shell=bash

REMOTE="$REPOSITORY_URL.git"

token_hint() {
  echo "it is a token that may write to this repository (docs/living-with-the-template.md)"
}

# push REFSPEC NOTES: GitLab makes the merge request while it takes the branch, so that the token needs no other right
# than to push. What to do before the deployment (NOTES) is in its description.
push() {
  local description="What is new, what was merged and what the checks say: ${RUN_URL:-the log of the pipeline}"
  if [[ -s "$2" ]]; then
    # Git takes no line break in an option; GitLab makes one of \n.
    description+="\n\n$(sed 's/$/\\n/' "$2" | tr -d '\n')"
  fi
  git push --quiet --push-option=merge_request.create --push-option=merge_request.target=main \
    --push-option=merge_request.remove_source_branch \
    --push-option="merge_request.description=$description" \
    "$REMOTE" "$1"
}

# propose TITLE BRANCH FILE: the merge request of a branch; the push made it, and its title is that of the commit.
propose() {
  say "$1: $REPOSITORY_URL/-/merge_requests?scope=all&state=all&source_branch=$2"
  cat "$3" >&2
}

# tell TITLE FILE: end the run with this text; GitLab writes to the owner of the schedule.
tell() {
  cat "$2" >&2
  die "$1: what to do is written above"
}
