#!/usr/bin/env bash
# Go back to the release before, on one server after the other: its image is still there, and its unit with it. Only to a release that
# every server runs or can go back to, so that all of them run the same. With TO=sha256:… to that one, if it is such a release; any
# other digest is a deployment, with its signature and its settings.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
source ci/cloud.sh
source ci/servers.sh
need ENVIRONMENT
tool jq curl
[[ -z "${TO:-}" || "$TO" =~ ^sha256:[0-9a-f]{64}$ ]] || die "TO is '$TO': it is sha256: and 64 hexadecimal digits"

if dry; then
  play "$SERVICE-$ENVIRONMENT-1" rollback.yml "to_digest=${TO:-<the release before>}"
  exit
fi

# Every server is asked before the first one is changed.
servers="$(need_servers)"
common="" running="" first=1
for server in $servers; do
  releases="$(releases_on "$server")" || die "$server takes no commands: nothing was changed"
  say "$server: $(tr '\n' ' ' <<<"$releases")"
  running+="$(head -n 1 <<<"$releases")"$'\n'
  if [[ "$first" == 1 ]]; then common="$releases"; else common="$(grep -Fx -e "$releases" <<<"$common" || true)"; fi
  first=0
done
if [[ -n "${TO:-}" ]]; then
  common="$(grep -Fx -e "$TO" <<<"$common" || true)"
elif [[ "$(sort -u <<<"${running%$'\n'}" | wc -l | tr -d ' ')" == 1 ]]; then
  common="$(grep -vFx -e "$(head -n 1 <<<"$running")" <<<"$common" || true)" # from where all of them go back
fi
case "$(grep -c . <<<"$common" || true)" in
  0) die "no earlier good release${TO:+ $TO} is on every server, see above: nothing was changed. To deploy a digest: make deploy DIGEST=sha256:… REVISION=<its commit> OLDER=1" ;;
  1) ;;
  *) die "the servers run different releases, and each can go back to that of the other: nothing was changed. Say which: make rollback TO=sha256:…" ;;
esac

failed=''
for server in $servers; do
  # The next server still serves when this one fails.
  play "$server" rollback.yml "to_digest=$common" || failed+=" $server"
done
[[ -z "$failed" ]] ||
  die "$common does not run on$failed; the lines above have the reason. To deploy a digest: make deploy DIGEST=sha256:… REVISION=<its commit> OLDER=1"
DIGEST="$common" ci/smoke.sh
say "$ENVIRONMENT runs $common again"
