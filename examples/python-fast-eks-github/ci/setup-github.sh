#!/usr/bin/env bash
# Create on GitHub what no file in this repository can hold: environments, approvals, variables, and the rules of main.
#
#   ci/setup-github.sh subjects     print the subjects of this repository's tokens, for the *.tfvars of Terraform
#   ci/setup-github.sh              everything else, after Terraform has run
#
# REVIEWERS: the team that approves prod. ENVIRONMENTS: those that exist already, when it is not all three. DEPLOY_RUNNER:
# the label of the runners that reach the clusters. It can be run again at any time, and needs `gh auth login` as a user
# who administers the repository.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
tool gh jq

repository="${REPOSITORY_URL#https://github.com/}"
reviewers="${REVIEWERS:-$TEAM}"
export made="${ENVIRONMENTS:-dev qa prod}" # for setup-variables.sh

# api METHOD PATH JSON: one call to GitHub.
api() { run gh api --silent --method "$1" "repos/$repository/$2" --input - <<<"$3"; }

# GitHub puts owner and repository into a token by name and by number. The numbers never change and are never given to
# anyone else, so that whoever takes over a deleted name does not take over the cloud.
subjects() {
  local prefix="repo:<owner>@<number>/<repository>@<number>"
  if ! dry; then
    prefix="$(gh api "repos/$repository" --jq '"repo:\(.owner.login)@\(.owner.id)/\(.name)@\(.id)"')"
  fi
  echo "build and drift roles: $prefix:ref:refs/heads/main"
  for environment in dev qa prod; do
    echo "deploy role of $environment:   $prefix:environment:$environment"
  done
}

# Only main may deploy or propose an update of the template. Before prod another person than the one who started the run is
# asked, by an environment that does nothing else: a job that waits for its reviewers holds the lock of its deployment.
environments() {
  local environment policy='"deployment_branch_policy": {"protected_branches": false, "custom_branch_policies": true}' team
  for environment in dev qa template-update; do
    api PUT "environments/$environment" "{$policy}"
  done
  team=0
  if ! dry; then
    team="$(gh api "orgs/$ORGANIZATION/teams/$reviewers" --jq .id)" || die "$ORGANIZATION has no team $reviewers: name one with REVIEWERS=…"
  fi
  if api PUT environments/prod-approval "{$policy, \"prevent_self_review\": true, \"reviewers\": [{\"type\": \"Team\", \"id\": $team}]}"; then
    # Only now: the reviewers that a release before 0.6.0 put on prod itself are no longer needed there.
    api PUT environments/prod "{$policy, \"prevent_self_review\": false, \"reviewers\": null}"
    run gh variable set PROD_REVIEW --repo "$repository" --body required
  else
    api PUT environments/prod-approval "{$policy}"
    api PUT environments/prod "{$policy}"
    run gh variable set PROD_REVIEW --repo "$repository" --body unavailable
    say "warning: this plan of GitHub has no reviewers for environments of a private repository. ci.yml stops after qa; prod"
    say "is deployed with the workflow promote, by those in: gh variable set RELEASE_MANAGERS --body '[\"login\"]'"
  fi
  for environment in dev qa prod prod-approval template-update; do
    if dry || [ "$(gh api "repos/$repository/environments/$environment/deployment-branch-policies" --jq '[.branch_policies[].name] | index("main") != null')" != true ]; then
      api POST "environments/$environment/deployment-branch-policies" '{"name": "main"}'
    fi
  done
}

# set_from ROOT OUTPUT VARIABLE [--env ENVIRONMENT]: tell GitHub what Terraform made, or stop: an empty variable would
# look like a set one.
set_from() {
  local root=$1 output=$2 variable=$3 value="<$2>"
  shift 3
  if ! dry; then
    value="$(terraform -chdir="terraform/$root" output -raw "$output")" || die "terraform/$root has no output $output: was it applied?"
  fi
  run gh variable set "$variable" --repo "$repository" "$@" --body "$value"
}

variables() {
  source ci/setup-variables.sh
  if [ -n "${DEPLOY_RUNNER:-}" ]; then
    run gh variable set DEPLOY_RUNNER --repo "$repository" --body "$DEPLOY_RUNNER"
  fi
}

# put_secret NAME [--env ENVIRONMENT]: from the variable or, with a second name, the file; never on a command line.
put_secret() {
  local name=$1
  shift
  say "+ gh secret set $name --repo $repository $*"
  if ! dry; then gh secret set "$name" --repo "$repository" "$@"; fi
}

secrets() {
  if [ -n "${CHAT_WEBHOOK_URL:-}" ]; then
    put_secret CHAT_WEBHOOK_URL <<<"$CHAT_WEBHOOK_URL"
  elif dry || ! gh secret list --repo "$repository" --json name --jq '.[].name' | grep -qx CHAT_WEBHOOK_URL; then
    say "missing: the address of the chat: make setup-github CHAT_WEBHOOK_URL=https://…"
  fi
}

# The run of the first push failed, because the pipeline knew nothing yet.
run_again() {
  local id="<run>"
  if ! dry; then
    id="$(gh run list --repo "$repository" --workflow ci.yml --branch main --limit 1 --json databaseId,conclusion --jq '.[] | select(.conclusion == "failure") | .databaseId')"
  fi
  if [ -n "$id" ]; then run gh run rerun --failed "$id" --repo "$repository"; fi
}

# A change of main is reviewed and checked, by everyone; a token may read unless a job asks for more; an action is named
# by its commit.
rules() {
  local ruleset
  ruleset="$(jq -n '{
    name: "main", target: "branch", enforcement: "active",
    conditions: {ref_name: {include: ["~DEFAULT_BRANCH"], exclude: []}},
    rules: [
      {type: "deletion"},
      {type: "non_fast_forward"},
      {type: "pull_request", parameters: {
        required_approving_review_count: 1, dismiss_stale_reviews_on_push: true, require_code_owner_review: true,
        require_last_push_approval: true, required_review_thread_resolution: true}},
      {type: "required_status_checks", parameters: {
        strict_required_status_checks_policy: false,
        required_status_checks: [{context: "Lint"}, {context: "Test"}, {context: "Build without pushing"}]}}]}')"
  if dry || [ -z "$(gh api "repos/$repository/rulesets" --jq '.[] | select(.name == "main") | .id')" ]; then
    api POST rulesets "$ruleset" || say "warning: this plan of GitHub has no rules for a private repository"
  fi
  api PUT actions/permissions '{"enabled": true, "allowed_actions": "all", "sha_pinning_required": true}'
  api PUT actions/permissions/workflow '{"default_workflow_permissions": "read", "can_approve_pull_request_reviews": false}'
}

case "${1:-}" in
  subjects) subjects ;;
  "")
    first=yes # later, the team looks at a failed run
    if ! dry && gh variable list --repo "$repository" --json name --jq '.[].name' | grep -qx IMAGE; then first=no; fi
    environments
    variables
    secrets
    rules
    if [ "$first" = yes ]; then run_again; fi
    say "gh run watch --repo $repository  shows the pipeline at work"
    ;;
  *) die "usage: setup-github.sh [subjects]" ;;
esac
