#!/usr/bin/env bash
# Keep the logs of the servers after a failed deployment: build/diagnostics/<environment>/<server>/. ONLY names one of them.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
source ci/cloud.sh
source ci/servers.sh
need ENVIRONMENT

# keep SERVER FILE COMMAND: one command's output, errors included; the next one runs in any case. A cloud cuts long output.
keep() {
  local folder="build/diagnostics/$ENVIRONMENT/$1"
  say "+ $1: $3"
  if dry; then return; fi
  mkdir -p "$folder"
  on_server "$1" "$3 2>&1 | tail -c 3500" >"$folder/$2" || say "warning: $folder/$2 is incomplete"
}

if dry; then servers="$SERVICE-$ENVIRONMENT-1"; else servers="${ONLY:-$(need_servers)}"; fi
for server in $servers; do
  # Log of the release that was taken back; the service that runs now has a log of its own.
  keep "$server" failed.log "cat /var/lib/$SERVICE/failed.log"
  keep "$server" service.log "journalctl --unit $SERVICE.service --lines 100 --no-pager --output cat"
  keep "$server" proxy.log "journalctl --unit proxy.service --lines 50 --no-pager --output cat"
  keep "$server" units.txt "systemctl status --no-pager --lines 0 $SERVICE proxy; cat /etc/containers/systemd/$SERVICE.container"
  keep "$server" releases.txt "head /var/lib/$SERVICE/digest; grep -H ^Image= /var/lib/$SERVICE/*.container; podman images --digests"
  keep "$server" machine.txt "uptime; free -m; df -h /; podman ps --all"
  dry || tail -n 20 "build/diagnostics/$ENVIRONMENT/$server/failed.log" >&2
done
dry || say "what happened is in build/diagnostics/$ENVIRONMENT"
