#!/usr/bin/env bash
# Take the newest release of the template into the working tree, and describe it in build/template-update/ for
# `make propose-update`. Nothing is committed, no branch is touched, and no secret is needed.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
tool git

answers=.copier-answers.yml
result=build/template-update
environment="" # of the scaffolder that ci/scaffolder.txt names

# answer NAME: its value in an answers file on stdin.
answer() { sed -n "s/^$1: *//p" | tr -d "'\""; }

# Whoever can change `_src_path` in a branch could have files from anywhere proposed here, so that two other places must
# agree with it: the list in ci/settings.sh, and main.
from="$(answer _src_path <"$answers")"
release="$(answer _commit <"$answers")"
[[ " ${TEMPLATE_SOURCES[*]} " == *" $from "* ]] ||
  die "the template comes from '$from', which is not in TEMPLATE_SOURCES of ci/settings.sh: add it there in a reviewed change, or put _src_path of $answers back"
if ! dry; then
  git rev-parse --quiet --verify origin/main >/dev/null || git fetch --quiet --depth 1 origin main:refs/remotes/origin/main ||
    die "main cannot be read: \`git fetch origin main\`, then again"
  on_main="$(git show "origin/main:./$answers" | answer _src_path)"
  [[ "$from" == "$on_main" ]] ||
    die "the template comes from '$from' here and from '$on_main' on main: merge a change of _src_path into main first"
fi

# end OUTCOME: none, change or conflict; all that the proposal acts on.
end() {
  answer _commit <"$answers" >"$result/release"
  echo "$1" >"$result/outcome"
  say "$1: see $result/"
}

# notes: what behaves otherwise after the update, as Markdown; nothing if the release has no notes.
notes() {
  sed -n '/^Before you deploy$/,/^Next /{
    /^Next /d
    s/^Before/## Before/
    s/^  \([^ ]\)/### \1/
    s/^    //
    s/^Do:/**Do:**/
    s/^Undo:/**Undo:**/
    p
  }' "$result/update.txt" >"$result/notes.md"
}

# rest: all else that the update printed, as a block of code.
rest() { sed -e '/^Before you deploy$/,/^Next /{' -e '/^Next /!d' -e '}' -e 's/^/    /' "$result/update.txt"; }

scaffold() { run "$environment/bin/scaffold" "$@"; }

if ! dry; then
  rm -rf "$result"
  mkdir -p "$result"
fi
if [[ ! -f ci/scaffolder.txt ]]; then
  say "warning: nothing is looked for, because no scaffolder is pinned in ci/scaffolder.txt: make pin SCAFFOLDER_FROM=git+https://…@vX.Y.Z, and commit what it writes (docs/living-with-the-template.md)"
  dry || end none
  exit
fi
if dry; then
  environment=build/scaffolder
  run ci/scaffolder.sh install "$environment"
  scaffold update
  scaffold check
  exit
fi
environment="$(mktemp -d)"
trap 'rm -rf "$environment"' EXIT
ci/scaffolder.sh install "$environment"
export PATH="$environment/bin:$PATH" # with it came programs that its checks use

status=0
scaffold update >"$result/update.txt" || status=$?
cat "$result/update.txt" >&2
notes
if [[ -n "$(git diff --name-only --diff-filter=U)" ]]; then
  {
    echo "Git cannot merge this release of the template with what was changed here since $release, in:"
    echo
    git diff --name-only --diff-filter=U | sed "s/^/    /"
    cat <<END

A person who knows the change decides, on a branch:

    git switch --create template-update origin/main
    ci/scaffolder.sh install build/scaffolder
    build/scaffolder/bin/scaffold update     # then fix the files above, between <<<<<<< and >>>>>>>
    git add --all
    build/scaffolder/bin/scaffold check
    git commit --message 'Update the template'

END
    cat "$result/notes.md"
  } >"$result/body.md"
  end conflict
  scaffold update --abort >&2
  exit
fi
[[ "$status" == 0 ]] || die "scaffold update ended with $status, which is not a known status: its own output is above"

git add --all .
if git diff --cached --quiet; then
  end none
  exit
fi
git diff --cached --binary --full-index >"$result/change.patch"
scaffold check >"$result/check.txt" || say "scaffold check found something: the proposal lists it"
{
  echo "The template has a new release; this takes it here from $release. Read it like any other change."
  echo
  cat "$result/notes.md"
  rest
  if [[ -n "${UPDATE_REPORT:-}" ]]; then "$UPDATE_REPORT" "$environment"; fi
  printf '\n%s\n\n' "Result of \`scaffold check\`:"
  sed "s/^/    /" "$result/check.txt"
} >"$result/body.md"
end change
