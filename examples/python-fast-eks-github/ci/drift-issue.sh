#!/usr/bin/env bash
# Keep one open issue for an environment that differs from the code, and close it when it no longer does.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
need ENVIRONMENT
tool gh jq

report="build/drift/$ENVIRONMENT.json"
if dry; then
  say "+ open, update or close the issue about $ENVIRONMENT, by $report"
  exit
fi
[[ -f "$report" ]] || die "no $report: run \`make drift\` first"

title="Drift in $ENVIRONMENT"
issue="$(gh issue list --state open --search "\"$title\" in:title" --json number,title |
  jq -r --arg title "$title" '[.[] | select(.title == $title) | .number][0] // empty')"
body="$(jq -r --arg url "${RUN_URL:-}" '
  (if .result == "drift" then
    "Someone or something changed \(.environment) past the code. Either put the change into `terraform/`, or take it back with `make tf-plan tf-apply ENVIRONMENT=\(.environment)`.\n\n" + (.changes | map("- `\(.)`") | join("\n"))
  else
    "\(.environment) could not be compared with the code."
  end) + "\n\nLog: \($url)"' "$report")"

case "$(jq -r .result "$report"):$issue" in
  clean:) say "$ENVIRONMENT matches the code, and no issue is open" ;;
  clean:*) run gh issue close "$issue" --comment "$ENVIRONMENT matches the code again." ;;
  *:) run gh issue create --title "$title" --body "$body" ;;
  *) run gh issue edit "$issue" --body "$body" ;;
esac
