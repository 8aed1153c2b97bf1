#!/usr/bin/env bash
# Go back to the release before, on one server after the other: its image is still there, and its unit with it.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
source ci/cloud.sh
source ci/servers.sh
need ENVIRONMENT
tool jq curl

if dry; then
  play "$SERVICE-$ENVIRONMENT-1" rollback.yml
  exit
fi
failed=''
for server in $(need_servers); do
  # The next server still serves when this one fails.
  play "$server" rollback.yml || failed+=" $server"
done
[[ -z "$failed" ]] || die "no earlier good release runs on$failed; the lines above say why. To deploy a digest: make deploy DIGEST=sha256:…"
digest="$(digest_on "$server")"
DIGEST="$digest" ci/smoke.sh
say "$ENVIRONMENT runs $digest again"
