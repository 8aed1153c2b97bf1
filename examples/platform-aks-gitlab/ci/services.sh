#!/usr/bin/env bash
# Bring what the services of the list need into one environment: services/<name>/objects.yaml. More: services/README.md.
#
# It needs the rights of platform/deployer-role.yaml, changes only what differs, and can be run again at any time. It deletes
# nothing: a service that leaves is taken out by a person (docs/services.md).
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
source ci/cloud.sh
need ENVIRONMENT
tool kubectl terraform jq
connect_cluster

# The identities of their pipelines, as Kubernetes knows them: terraform/env looked them up.
ENVIRONMENT="$ENVIRONMENT" ci/tf.sh init env
principals='{}'
if ! dry; then principals="$(terraform -chdir=terraform/env output -json service_principal_ids)"; fi

bring() {
  local principal="<principal id of $1>"
  if ! dry; then
    principal="$(jq -r --arg service "$1" '.[$service] // ""' <<<"$principals")"
    if [[ -z "$principal" ]]; then
      say "error: terraform/env does not know the identity that deploys $1 to $ENVIRONMENT: make tf-plan and make tf-apply come first"
      return 1
    fi
  fi
  say "+ kubectl apply -f $2, with $principal in the place of DEPLOY_PRINCIPAL_ID"
  if ! dry; then sed "s/DEPLOY_PRINCIPAL_ID$/$principal/" "$2" | kubectl apply -f -; fi
}

shopt -s nullglob
failed=()
for objects in services/*/objects.yaml; do
  service="$(basename "$(dirname "$objects")")"
  bring "$service" "$objects" || failed+=("$service")
done
((${#failed[@]} == 0)) || die "$ENVIRONMENT lacks what these services need: ${failed[*]-}"
say "$ENVIRONMENT has what the services of the list need"
