#!/usr/bin/env bash
# Steps of this folder's scripts on a server: send it server/ and run a playbook there, or ask its service a question.

# The folder, and the one that PACKED names, in a form that fits into a command of the cloud.
packed_playbooks() {
  tar -cf - --exclude=monitoring/tests server ${PACKED:+"$PACKED"} | gzip -9 | base64 | tr -d '\n'
}

# number_of SERVER: print its place among the servers, from 1 on; 0 for the monitoring machine.
number_of() {
  local names
  names="$(server_names)"
  grep -nxF "$1" <<<"$names" | cut -d: -f1 | grep . || echo 0
}

# play SERVER PLAYBOOK NAME=VALUE…: run a playbook of server/ on a server. Its exit status: 0 done; 2 it failed, and the release before
# runs again; 75 another deployment is at work there; 124 it was cut off; 125 it never began. The output is short, because a cloud
# cuts it: the last lines, which say why.
play() {
  local server=$1 playbook=$2 variables="" pair
  shift 2
  for pair in "stage=$ENVIRONMENT" "machine_number=$(number_of "$server")" "$@"; do variables+=" -e $(printf '%q' "$pair")"; done
  say "+ $server: ansible-playbook $playbook$variables"
  if dry; then return; fi
  on_server "$server" "set -eu
exec 9>/run/lock/$SERVICE-deploy
flock --nonblock 9 || exit 75
rm -rf /run/$SERVICE-playbooks
mkdir -m 700 /run/$SERVICE-playbooks
cd /run/$SERVICE-playbooks
echo '$(packed_playbooks)' | base64 -d | tar --no-same-owner -xzf -
cd server
status=0
ansible-playbook $playbook$variables </dev/null >play.log 2>&1 9>&- || status=\$?
grep -E '^fatal: |^failed: |^localhost +: ' play.log | cut -c1-700 | tail -n 4
exit \$status" >&2
}

# info_of SERVER: print its service's answer to /info, or nothing.
info_of() {
  on_server "$1" "curl --noproxy '*' --fail --silent --show-error --max-time 5 --retry 5 --retry-delay 2 --retry-all-errors http://127.0.0.1:$SERVICE_PORT/info"
}

# releases_on SERVER: print the digest that was good there last, and that of the release before, as far as there are any.
releases_on() {
  on_server "$1" "cd /var/lib/$SERVICE 2>/dev/null || exit 0
cat digest 2>/dev/null || exit 0
sed -n 's/^Environment=IMAGE_DIGEST=//p' previous.container 2>/dev/null || exit 0"
}

# digest_on SERVER: print the digest that was good there last, or nothing when the server has never had one.
digest_on() { on_server "$1" "cat /var/lib/$SERVICE/digest 2>/dev/null || true"; }

# Print the servers of the environment, or stop: an empty list must not look like a deployment that was done.
need_servers() {
  local names
  names="$(server_names)" || die "cannot list the servers of $ENVIRONMENT"
  [[ -n "$names" ]] || die "$ENVIRONMENT has no servers: \`make tf-apply ROOT=env ENVIRONMENT=$ENVIRONMENT\` makes them"
  echo "$names"
}
SERVICE_PORT="$(sed -n 's/^service_port: *//p' server/values.yaml)"
