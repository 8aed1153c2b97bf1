# How a change is proposed where this repository lies; ci/propose-update.sh reads it.
# shellcheck shell=bash

REMOTE="$REPOSITORY_URL"
api="${REPOSITORY_URL%/_git/*}/_apis/git/repositories/${REPOSITORY_URL##*/}/pullrequests"

token_hint() {
  echo "it is the token of a run, whose build service may contribute, create branches and contribute to pull requests (docs/living-with-the-template.md)"
}

push() { git push --quiet "$REMOTE" "$1"; }

# call METHOD QUERY [JSON]: one call about pull requests; prints the answer.
call() {
  curl --fail-with-body --silent --show-error --max-time 30 --request "$1" "$api?api-version=7.1$2" ${3+--data "$3"} \
    --header "Content-Type: application/json" --config <(printf 'user = ":%s"\n' "$TEMPLATE_UPDATE_TOKEN") ||
    die "the pull request could not be made: $(token_hint)"
}

# propose TITLE BRANCH FILE: the pull request of a branch, unless it has had one. A description has 4000 characters at most.
propose() {
  local number
  number="$(call GET "&searchCriteria.status=all&searchCriteria.sourceRefName=refs/heads/$2" | jq -r '.value[0].pullRequestId // empty')"
  if [[ -z "$number" ]]; then
    number="$(call POST "" "$(jq -n --arg title "$1" --arg branch "$2" --rawfile body "$3" '{
      title: $title, sourceRefName: "refs/heads/\($branch)", targetRefName: "refs/heads/main",
      description: (if ($body | length) > 4000 then $body[:3900] + "\n…" else $body end)}')" | jq -r .pullRequestId)"
  fi
  say "$1: $REPOSITORY_URL/pullrequest/$number"
}

# tell TITLE FILE: end the run with this text; whoever follows the pipeline gets a message.
tell() {
  cat "$2" >&2
  die "$1: what to do is written above"
}
