# How a change is proposed where this repository lies; ci/propose-update.sh reads it.
# shellcheck shell=bash

REMOTE="$REPOSITORY_URL.git"
api="${GITHUB_API_URL:-https://api.github.com}/repos/${REPOSITORY_URL#https://github.com/}"

token_hint() {
  echo "it is a token of its own that may write contents, pull requests, issues and workflows of this repository: the token that each job has cannot push a change of .github/workflows (docs/living-with-the-template.md)"
}

push() { git push --quiet "$REMOTE" "$1"; }

# call METHOD PATH [JSON]: one call to GitHub; prints its answer.
call() {
  curl --fail-with-body --silent --show-error --max-time 30 --request "$1" "$api/$2" ${3+--data "$3"} \
    --header "Accept: application/vnd.github+json" --header "X-GitHub-Api-Version: 2022-11-28" \
    --config <(printf 'header = "Authorization: Bearer %s"\n' "$TEMPLATE_UPDATE_TOKEN") ||
    die "GitHub did not take $1 $2: $(token_hint)"
}

# propose TITLE BRANCH FILE: the pull request of a branch, unless it has had one.
propose() {
  local owner url
  owner="${api##*/repos/}"
  url="$(call GET "pulls?state=all&head=${owner%%/*}:$2" | jq -r '.[0].html_url // empty')"
  if [ -z "$url" ]; then
    url="$(call POST pulls "$(jq -n --arg title "$1" --arg head "$2" --arg base main --rawfile body "$3" '$ARGS.named')" | jq -r .html_url)"
  fi
  say "$1: $url"
}

# tell TITLE FILE: one open issue of this title, with this text.
tell() {
  local number body
  number="$(call GET "issues?state=open&per_page=100" | jq -r --arg title "$1" '[.[] | select(.title == $title) | .number][0] // empty')"
  body="$(jq -n --arg title "$1" --rawfile body "$2" '$ARGS.named')"
  if [ -n "$number" ]; then
    call PATCH "issues/$number" "$body" >/dev/null
  else
    number="$(call POST issues "$body" | jq -r .number)"
  fi
  say "$1: issue $number"
}
