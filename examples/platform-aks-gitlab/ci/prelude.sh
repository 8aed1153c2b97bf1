#!/usr/bin/env bash
# Start of every script of this folder: strict mode, the settings, and six words. Bash 3.2 of macOS is enough.
set -euo pipefail
source ci/settings.sh

REVISION="${REVISION:-$(git rev-parse HEAD 2>/dev/null || true)}"
if [[ -z "${DIGEST:-}" && -f build/digest ]]; then
  DIGEST="$(<build/digest)"
fi

# Talk goes to stderr; stdout is for results.
say() { printf '%s\n' "$*" >&2; }

die() {
  say "error: $*"
  exit 1
}

# True when DRY_RUN=1: print what would be done, and do nothing.
dry() { [[ "${DRY_RUN:-0}" == 1 ]]; }

# Do it, after printing it. With DRY_RUN=1 only print it.
run() {
  local word line="+"
  for word in "$@"; do
    [[ "$word" =~ ^[A-Za-z0-9_@%+=:,./-]+$ ]] || word="$(printf '%q' "$word")"
    line+=" $word"
  done
  say "$line"
  if ! dry; then "$@"; fi
}

# need VARIABLE…: stop unless each is set, and print how to set it.
need() {
  local name
  for name in "$@"; do
    [[ -n "${!name:-}" ]] || die "$name is not set: $(how_to_set "$name")"
  done
  [[ " $* " != *" ENVIRONMENT "* || "$ENVIRONMENT" =~ ^(dev|qa|prod)$ ]] ||
    die "ENVIRONMENT is '$ENVIRONMENT': it is one of dev, qa, prod"
  [[ " $* " != *" DIGEST "* || "$DIGEST" =~ ^sha256:[0-9a-f]{64}$ ]] ||
    die "DIGEST is '$DIGEST': it is sha256: and 64 hexadecimal digits, as \`make push\` writes to build/digest"
}

how_to_set() {
  local hint="${1}_HINT" # its hint in settings.sh
  case "$1" in
    ENVIRONMENT) echo "name the environment, for example: make deploy ENVIRONMENT=dev" ;;
    DIGEST) echo "\`make push\` writes it to build/digest; to deploy another one: make deploy DIGEST=sha256:…" ;;
    REVISION) echo "it is the Git commit; outside a Git checkout: make build REVISION=<commit>" ;;
    CHAT_WEBHOOK_URL) echo "create an incoming webhook for the team's channel and export its address" ;;
    *) echo "${!hint:-export $1=…, or give it to make: make <target> $1=…}" ;;
  esac
}

# tool NAME…: stop unless each program is here. A check that cannot run has not passed.
tool() {
  local name
  for name in "$@"; do
    dry || command -v "$name" >/dev/null ||
      die "$name is not installed: \`mise install\` brings every tool at the version this repository uses (https://mise.jdx.dev)"
  done
}
