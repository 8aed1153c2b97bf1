#!/usr/bin/env bash
# Tell as Markdown what Terraform would do to environments that exist, once the newest release of the template is taken:
# ci/rehearse-update.sh ENVIRONMENT, the folder where ci/template-update.sh installed scaffolder. The cloud of a rehearsal
# is a file, so that no account and no secret is needed.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh

scaffold="$1/bin/scaffold"
result="$PWD/build/template-update"
place="$result/rehearsal"

printf '\n%s\n\n' "Changes that Terraform would make to existing environments, rehearsed without an account:"
# A second checkout of this commit, because the release is in this one already.
git worktree add --quiet --detach "$place" HEAD >&2
(cd "$place" && run "$scaffold" update --dry-run --rehearse --format json) >"$result/rehearsal.json" || true
git worktree remove --force "$place" >&2

# A scaffolder that does not rehearse writes no JSON, and one that lacks Terraform writes why.
if [[ "$(jq '.rehearsal != null' "$result/rehearsal.json" 2>/dev/null)" != true ]]; then
  echo "    not rehearsed: Terraform, jq or a scaffolder that rehearses is not here; by hand: scaffold update --dry-run --rehearse"
  exit
fi
jq --raw-output '.rehearsal
  | (.rehearsed // 0) as $rehearsed
  | (.planned // []) as $all
  | ($all | map(select(.action == "delete" or .action == "replace"))) as $lost
  | [ (.errors[]? | "ERROR " + .),
      ($lost[] | "DESTROY " + .target + ": " + .address + " (" + .action + ")"),
      (.not_rehearsed[]? | "not rehearsed: " + .),
      ($all - $lost | .[] | .action + " " + .target + ": " + .address) ]
  | .[:20][],
    (if length > 20 then "and \(length - 20) more: scaffold update --dry-run --rehearse" else empty end),
    "rehearsed in \($rehearsed) environments: \($all - $lost | length) created or changed, \($lost | length) destroyed"' \
  "$result/rehearsal.json" | sed "s/^/    /"
