#!/usr/bin/env bash
# Give a machine of the pipeline tools of mise.toml: tools.sh crane jq … (nothing named: all of them).
#
# mise comes from its release and is compared with the checksum in ci/settings.sh; what it installs, it compares itself.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh

mise="$HOME/.local/bin/mise"
is_right() { echo "$MISE_SHA256  $1" | sha256sum --check --status 2>/dev/null; }

# Two jobs of one user may come here at a time, and a program that runs cannot be written over: so it is downloaded beside, and
# moved into its place in one step.
run mkdir -p "$HOME/.local/bin"
if dry || ! is_right "$mise"; then
  download="$mise.$$"
  trap 'rm -f "$download"' EXIT
  run curl --fail --silent --show-error --location --retry 3 --output "$download" \
    "https://github.com/jdx/mise/releases/download/$MISE_VERSION/mise-$MISE_VERSION-linux-x64"
  if ! dry; then
    is_right "$download" || die "the download of mise $MISE_VERSION is not what was released"
    chmod 0755 "$download"
    mv -f "$download" "$mise"
  fi
fi
run "$mise" install "$@"
