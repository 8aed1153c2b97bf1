#!/usr/bin/env bash
# Give a machine of the pipeline tools of mise.toml: tools.sh crane jq … (nothing named: all of them).
#
# mise comes from its release and is compared with the checksum in ci/settings.sh; what it installs, it compares itself.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh

mise="$HOME/.local/bin/mise"
run mkdir -p "$HOME/.local/bin"
run curl --fail --silent --show-error --location --retry 3 --output "$mise" \
  "https://github.com/jdx/mise/releases/download/$MISE_VERSION/mise-$MISE_VERSION-linux-x64"
if ! dry; then
  echo "$MISE_SHA256  $mise" | sha256sum --check --quiet || die "the download of mise $MISE_VERSION is not what was released"
  chmod 0755 "$mise"
fi
run "$mise" install "$@"
