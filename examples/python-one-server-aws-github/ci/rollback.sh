#!/usr/bin/env bash
# Go back to the release before, on one server after the other: its image is still there, and its unit with it. With TO=sha256:…
# only if the release before is that one; any other digest is a deployment, with its signature and its settings.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
source ci/cloud.sh
source ci/servers.sh
need ENVIRONMENT
tool jq curl
[[ -z "${TO:-}" || "$TO" =~ ^sha256:[0-9a-f]{64}$ ]] || die "TO is '$TO': it is sha256: and 64 hexadecimal digits"
wanted=(${TO:+"to_digest=$TO"})

if dry; then
  play "$SERVICE-$ENVIRONMENT-1" rollback.yml ${wanted[@]+"${wanted[@]}"}
  exit
fi
failed=''
for server in $(need_servers); do
  # The next server still serves when this one fails.
  play "$server" rollback.yml ${wanted[@]+"${wanted[@]}"} || failed+=" $server"
done
[[ -z "$failed" ]] ||
  die "no earlier good release${TO:+ $TO} runs on$failed; the lines above say why. To deploy a digest: make deploy DIGEST=sha256:… REVISION=<its commit> OLDER=1"
digest="$(digest_on "$server")"
DIGEST="$digest" ci/smoke.sh
say "$ENVIRONMENT runs $digest again"
