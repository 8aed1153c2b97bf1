#!/usr/bin/env bash
# Make the monitoring machine of one environment, or bring it the rules of this checkout. More: monitoring/README.md.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
source ci/cloud.sh
source ci/watch.sh
source ci/servers.sh
need ENVIRONMENT
tool jq

# Secrets are not in Git, and not in a command that a machine gets: the cloud keeps those for a month. They go to its secret store, and
# the machine reads them there. Without these two an alert would reach no person. What is there stays as it is, unless a new value is given.
if [[ -n "${CHAT_WEBHOOK_URL:-}" ]]; then put_secret chat-webhook-url "$CHAT_WEBHOOK_URL"; fi
if [[ -n "${DEADMAN_URL:-}" ]]; then put_secret deadman-url "$DEADMAN_URL"; fi
if dry; then
  play "$SERVICE-$ENVIRONMENT-monitoring" monitoring.yml
  exit
fi
machine="$(monitoring_name)"
servers="$(need_servers)"

# A machine that was made a moment ago takes no command yet: it still installs what receives them.
reached=""
for _ in $(seq 40); do
  on_server "$machine" "command -v ansible-playbook >/dev/null" && reached=1 && break
  say "$machine does not take commands yet: waiting"
  sleep 15
done
[[ -n "$reached" ]] || die "$machine takes no commands"

targets="$(for server in $servers; do jq -n --arg name "$server" --arg address "$(server_address "$server")" '{name: $name, address: $address}'; done)"
variables="$(jq -cs --arg url "$(secret_address chat-webhook-url)" --arg deadman "$(secret_address deadman-url)" \
  '{monitoring_servers: ., monitoring_secrets: {url: $url, "deadman-url": $deadman}}' <<<"$targets")"
PACKED=monitoring play "$machine" monitoring.yml "$variables"
say "$machine watches $(wc -w <<<"$servers" | tr -d ' ') servers of $ENVIRONMENT"
