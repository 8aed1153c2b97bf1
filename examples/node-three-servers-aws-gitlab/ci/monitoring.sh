#!/usr/bin/env bash
# Make the monitoring machine of one environment, or bring it the rules of this checkout. More: monitoring/README.md.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
source ci/cloud.sh
source ci/servers.sh
need ENVIRONMENT
tool jq

export DEADMAN_URL_HINT="an address that is called every few minutes and tells you when the calls stop: monitoring/README.md"
if dry; then
  say "+ put CHAT_WEBHOOK_URL and DEADMAN_URL on the monitoring machine, if they are not there"
  play "$SERVICE-$ENVIRONMENT-monitoring" monitoring.yml
  exit
fi
machine="$(monitoring_name)"
servers="$(need_servers)"

# Secrets are not in Git, and without these two an alert would reach nobody. What is there stays as it is. The command is in the
# history of the cloud for a month, for everybody who may read that: give no one of the account more than they need.
folder=/etc/alertmanager/secrets/alertmanager-chat
# A machine that was made a moment ago takes no command yet: it still installs what receives them.
found=""
for _ in $(seq 40); do
  found="$(on_server "$machine" "test -s $folder/url && test -s $folder/deadman-url && echo there || echo missing")" && break
  say "$machine does not take commands yet: waiting"
  sleep 15
done
[[ -n "$found" ]] || die "$machine takes no commands"
if [[ "$found" != there ]]; then
  need CHAT_WEBHOOK_URL DEADMAN_URL
  say "+ put CHAT_WEBHOOK_URL and DEADMAN_URL on $machine"
  on_server "$machine" "set -eu
umask 077
mkdir -p $folder
printf %s $(printf %s "$CHAT_WEBHOOK_URL" | base64 | tr -d '\n') | base64 -d >$folder/url
printf %s $(printf %s "$DEADMAN_URL" | base64 | tr -d '\n') | base64 -d >$folder/deadman-url
chmod 755 /etc/alertmanager/secrets $folder
chown 65534 $folder/url $folder/deadman-url"
fi

targets="$(for server in $servers; do jq -n --arg name "$server" --arg address "$(server_address "$server")" '{name: $name, address: $address}'; done | jq -cs '{monitoring_servers: .}')"
PACKED=monitoring play "$machine" monitoring.yml "$targets"
say "$machine watches $(wc -w <<<"$servers" | tr -d ' ') servers of $ENVIRONMENT"
