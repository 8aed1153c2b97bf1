#!/usr/bin/env bash
# Propose what `make template-update` left in build/template-update/: one branch for each release of the template, and a
# change for review. Where Git could not merge, a person hears what to do. main is never written to.
#
# The pipeline runs this in a checkout of its own: nothing that came with the update is executed beside the token.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
source ci/host.sh
tool git curl jq

result=build/template-update
if dry; then
  say "+ propose $result at $REPOSITORY_URL"
  exit
fi
[[ -f "$result/outcome" ]] || die "no $result/outcome: run \`make template-update\` first"
outcome="$(<"$result/outcome")"
release="$(<"$result/release")"
if [[ "$outcome" == none ]]; then
  say "the template has nothing new"
  exit
fi
[[ "$release" =~ ^v[0-9]+\.[0-9]+\.[0-9]+$ ]] || die "'$release' is not a release of the template: see $result/release"
[[ -n "${TEMPLATE_UPDATE_TOKEN:-}" ]] || die "there is news of the template, $release, and TEMPLATE_UPDATE_TOKEN is not set: $(token_hint)"
title="Update the template to $release"
branch="template-update/$release"

# the branch of the release, unless it is there
push_once() {
  # Git asks no one, and has the token from its environment: it is on no command line and in no file.
  export GIT_TERMINAL_PROMPT=0 GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0="http.$REMOTE.extraHeader"
  GIT_CONFIG_VALUE_0="Authorization: Basic $(printf 'x-access-token:%s' "$TEMPLATE_UPDATE_TOKEN" | base64 | tr -d '\n')"
  export GIT_CONFIG_VALUE_0

  there="$(git ls-remote --heads "$REMOTE" "refs/heads/$branch")" || die "$REMOTE does not answer: $(token_hint)"
  if [[ -n "$there" ]]; then
    # The team may have worked on it. To have it made again, delete it.
    say "$branch is there already, and stays as it is"
  else
    # The commit is made beside the files of this checkout: none of the update's lies here while the token is used.
    export GIT_INDEX_FILE="$PWD/$result/index"
    git read-tree HEAD
    git apply --cached --whitespace=nowarn "$result/change.patch"
    commit="$(git -c user.name="$SERVICE template update" -c user.email="template-update@$SERVICE.invalid" \
      commit-tree -p HEAD -m "$title" "$(git write-tree)")"
    unset GIT_INDEX_FILE
    push "$commit:refs/heads/$branch" "$result/notes.md" || die "$branch could not be pushed: $(token_hint)"
    say "pushed $branch"
  fi
}

case "$outcome" in
  change)
    push_once
    propose "$title" "$branch" "$result/body.md"
    ;;
  conflict) tell "$title: Git needs a decision" "$result/body.md" ;;
  *) die "'$outcome' is not an outcome: see $result/outcome" ;;
esac
