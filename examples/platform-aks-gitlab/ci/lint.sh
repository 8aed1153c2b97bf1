#!/usr/bin/env bash
# Read the files without running them: lint.sh shell|terraform
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh

# Several kinds: each of them is looked at, whatever becomes of the others, and the last line sums up.
if (($# > 1)); then
  failed=()
  for kind in "$@"; do
    ci/lint.sh "$kind" || failed+=("$kind")
  done
  ((${#failed[@]} == 0)) || die "mistakes, or a missing tool, in ${#failed[@]} of $# kinds: ${failed[*]-} (make lint-${failed[0]} shows one alone)"
  say "no mistakes in $# kinds: $*"
  exit
fi

case "${1:-}" in
  shell)
    tool shellcheck
    scripts=()
    while IFS= read -r script; do scripts+=("$script"); done < <(git ls-files --cached --others --exclude-standard '*.sh')
    run shellcheck ${scripts[@]+"${scripts[@]}"}
    ;;
  terraform)
    tool terraform
    export CHECKPOINT_DISABLE=1
    run terraform fmt -check -recursive -diff terraform
    run terraform -chdir=terraform/bootstrap init -backend=false -input=false
    run terraform -chdir=terraform/bootstrap validate
    run terraform -chdir=terraform/env init -backend=false -input=false
    run terraform -chdir=terraform/env validate
    ;;
  *) die "usage: lint.sh shell|terraform" ;;
esac
