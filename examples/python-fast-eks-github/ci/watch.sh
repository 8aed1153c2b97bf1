#!/usr/bin/env bash
# See a fault of the service reach the team's chat, on this machine: the rules and messages of prod, an hour in a minute.
#
# `scaffold watch` does it where scaffolder is installed, with buttons for the faults. Otherwise containers do: the profile
# "watch" of compose.yaml.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh

# Also the one that docs/living-with-the-template.md installs here.
export PATH="$PWD/build/scaffolder/bin:$PATH"
if scaffold watch --help >/dev/null 2>&1; then
  run scaffold watch .
  exit
fi

if dry || docker compose version >/dev/null 2>&1; then
  compose=(docker compose)
elif podman compose version >/dev/null 2>&1; then
  compose=(podman compose)
else
  die "make watch needs scaffolder (docs/living-with-the-template.md shows how to install it), or Docker or Podman with Compose: none of them is installed"
fi
# The services by name: some versions of podman compose do not know profiles, and start all.
services=(service watch-prometheus watch-alertmanager watch-chat grafana)
# Ctrl-C ends the containers, and this script takes them away.
trap ':' INT
trap 'run "${compose[@]}" --profile watch down' EXIT
say "the chat: http://localhost:8090   to break the service, in another terminal: ${compose[*]} stop service"
run "${compose[@]}" --profile watch up --build "${services[@]}"
