#!/usr/bin/env bash
# Bring what the services of the list need into one environment: services/<name>/objects.yaml. More: services/README.md.
#
# It needs the rights of platform/deployer-role.yaml, changes only what differs, and can be run again at any time. It deletes
# nothing: a service that leaves is taken out by a person (docs/services.md).
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
source ci/cloud.sh
need ENVIRONMENT
tool kubectl
connect_cluster

bring() { run kubectl apply -f "$2"; }

shopt -s nullglob
failed=()
for objects in services/*/objects.yaml; do
  service="$(basename "$(dirname "$objects")")"
  bring "$service" "$objects" || failed+=("$service")
done
((${#failed[@]} == 0)) || die "$ENVIRONMENT lacks what these services need: ${failed[*]-}"
say "$ENVIRONMENT has what the services of the list need"
