#!/usr/bin/env bash
# The scaffolder that checks this repository: pin it, or check with the one that is pinned.
#
#   .scaffold/scaffolder.sh pin FROM   lock it in .scaffold/scaffolder.txt
#   .scaffold/scaffolder.sh check      install what the lock names, and nothing else; fail for what is new
#
# FROM is git+https://…@vX.Y.Z, the https address of a wheel, or ==X.Y.Z of the index in SCAFFOLDER_INDEX.
# The name alone is never installed: on the public index it may belong to anyone. In the lock, everything
# has a hash or is a full Git commit, also what builds it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

lock=.scaffold/scaffolder.txt
baseline=.scaffold/baseline.json

die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

pin() {
  local wanted index="" build="setuptools"
  [[ ! "$1" =~ https://[^/]*@ && ! "${SCAFFOLDER_INDEX:-}" =~ @ ]] || die "this address holds a password, and would be committed"
  case "$1" in
    git+https://*@*)
      wanted=" @ $1"
      build+=$'\nhatchling'
      ;;
    https://*.whl) wanted=" @ $1" ;;
    ==[0-9]*)
      [[ "${SCAFFOLDER_INDEX:-}" == https://* ]] || die "name the index that has devops-scaffolder: SCAFFOLDER_INDEX=https://…"
      index="--extra-index-url $SCAFFOLDER_INDEX"$'\n'
      wanted="$1"
      ;;
    *) die "FROM is git+https://…@vX.Y.Z, the https address of a wheel, or ==X.Y.Z with SCAFFOLDER_INDEX" ;;
  esac
  command -v uv >/dev/null || die "uv is not installed: https://docs.astral.sh/uv/"
  printf '%sdevops-scaffolder[tools]%s\n%s\n' "$index" "$wanted" "$build" >"$scratch/wanted.in"
  UV_NO_CONFIG=1 uv pip compile --quiet --universal --python-version=3.11 --generate-hashes --no-strip-extras \
    --emit-index-url --no-header --no-annotate --output-file="$scratch/lock" "$scratch/wanted.in"
  sort_lock "$scratch/lock"
  cp "$scratch/lock" "$lock"
  printf '%s: %s packages; commit it\n' "$lock" "$(grep -c '==' "$lock")" >&2
}

# sort_lock FILE: refuse a lock that leaves anything open; else write its requirements, one a line, to files in $scratch.
sort_lock() {
  local entry name='[A-Za-z0-9][A-Za-z0-9._-]*(\[[A-Za-z0-9._,-]+\])?'
  local index='^--(extra-)?index-url https://[^@[:space:]]+$' hash='--hash=sha256:[0-9a-f]{64}'
  local commit="^$name ?@ ?git\\+https://[^@#[:space:]]+@[0-9a-f]{40}( ?;.*)?\$"
  for entry in indexes builds hashed commits; do
    : >"$scratch/$entry"
  done
  while IFS= read -r entry; do
    read -r -a words <<<"$entry"
    entry="${words[*]:-}"
    if [[ -z "$entry" ]]; then
      continue
    elif [[ "$entry" =~ $index ]]; then
      echo "$entry" >>"$scratch/indexes"
    elif [[ "$entry" =~ $commit ]]; then
      echo "$entry" >>"$scratch/commits"
    elif [[ "$entry" =~ ^$name(==|\ ?@\ ?https://) && "$entry" =~ $hash && ! "$entry" =~ git\+ ]]; then
      echo "$entry" >>"$scratch/hashed"
      [[ "$entry" != setuptools==* ]] || echo "$entry" >>"$scratch/builds"
    else
      die "$lock leaves this open, so that any file could be installed: ${entry%% --hash=*}"
    fi
  done < <(sed -e 's/[[:space:]]*#.*$//' "$1" | sed -e ':a' -e '/\\$/{' -e 'N' -e 's/\\\n//' -e 'ba' -e '}')
  grep -qiE '^devops[-_.]scaffolder[ =@[]' "$scratch/hashed" "$scratch/commits" || die "$lock does not name devops-scaffolder"
}

# into DIR KIND OPTION…: install the requirements of one kind.
into() {
  local python="$1/bin/python" kind="$2"
  shift 2
  if [[ -s "$scratch/$kind" ]]; then
    cat "$scratch/indexes" "$scratch/$kind" >"$scratch/$kind.txt"
    "$python" -m pip install --quiet --disable-pip-version-check --no-input --no-deps "$@" --requirement "$scratch/$kind.txt"
  fi
}

check() {
  [[ -f "$lock" ]] || die "no scaffolder is pinned, so nothing is checked: .scaffold/scaffolder.sh pin git+https://…@vX.Y.Z, and commit $lock"
  sort_lock "$lock"
  python3 -m venv "$scratch/environment"
  into "$scratch/environment" builds --require-hashes --only-binary=:all:
  into "$scratch/environment" hashed --require-hashes --no-build-isolation
  into "$scratch/environment" commits --no-build-isolation
  PATH="$scratch/environment/bin:$PATH" # with it came programs that its checks use
  if [[ -f "$baseline" ]]; then
    scaffold check --baseline "$baseline"
  else
    scaffold check
  fi
}

scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT
case "${1:-}" in
  pin) pin "${2:?FROM: git+https://…@vX.Y.Z}" ;;
  check) check ;;
  *) die "scaffolder.sh pin FROM, or scaffolder.sh check" ;;
esac
