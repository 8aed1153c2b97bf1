#!/usr/bin/env bash
# Read the files without running them: lint.sh docker|shell|helm|terraform|workflows|rules
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
  docker)
    tool hadolint
    run hadolint Dockerfile
    ;;
  shell)
    tool shellcheck
    scripts=()
    while IFS= read -r script; do scripts+=("$script"); done < <(git ls-files --cached --others --exclude-standard '*.sh')
    run shellcheck ${scripts[@]+"${scripts[@]}"}
    ;;
  helm)
    tool helm
    any_digest="sha256:$(printf '0%.0s' $(seq 64))"
    for environment in dev qa prod; do
      arguments=(--values "$CHART/values-$environment.yaml" --set-string "image.repository=registry.example.com/$SERVICE" --set-string "image.digest=$any_digest")
      run helm lint --strict "$CHART" "${arguments[@]}"
      run helm template "$SERVICE" "$CHART" --namespace "$NAMESPACE" "${arguments[@]}" >/dev/null
    done
    ;;
  terraform)
    tool terraform
    export CHECKPOINT_DISABLE=1
    run terraform fmt -check -recursive -diff terraform
    run terraform -chdir=terraform/bootstrap init -backend=false -input=false
    run terraform -chdir=terraform/bootstrap validate
    run terraform -chdir=terraform/shared init -backend=false -input=false
    run terraform -chdir=terraform/shared validate
    run terraform -chdir=terraform/env init -backend=false -input=false
    run terraform -chdir=terraform/env validate
    ;;
  workflows)
    tool actionlint zizmor shellcheck
    run actionlint
    run zizmor --offline --persona pedantic .github
    ;;
  rules)
    tool promtool
    run promtool check rules "$CHART/files/rules.yaml"
    ;;
  *) die "usage: lint.sh docker|shell|helm|terraform|workflows|rules" ;;
esac
