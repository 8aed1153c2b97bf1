#!/usr/bin/env bash
# Bring a new cluster to the point where `make deploy` works. Why each step: platform/README.md.
#
# It needs the rights of a cluster administrator, and it can be run again at any time.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
source ci/cloud.sh
need ENVIRONMENT
tool helm kubectl
connect_cluster

# A RoleBinding that names another group than before locks out a pipeline whose login is not in that group yet.
keep_pipeline_in() {
  local login="build/deployer-$ENVIRONMENT.kubeconfig" bound wanted name lost="" groups
  bound="$(kubectl get rolebinding deployer --namespace "$NAMESPACE" --ignore-not-found --output 'jsonpath={.subjects[*].name}')"
  wanted="$(awk '/^subjects:/ { found = 1 } found && $1 == "name:" { gsub(/"/, "", $2); print $2 }' platform/deployer-role.yaml)"
  for name in $bound; do
    grep -qxF -- "$name" <<<"$wanted" || lost="$name"
  done
  if [[ -z "$lost" ]]; then return; fi

  [[ -f "$login" ]] || die "$ENVIRONMENT binds the rights of the pipeline to $lost, platform/deployer-role.yaml to $wanted:" \
    "a pipeline whose login is not in that group would be locked out. First make the new login, $login, and give it" \
    "to the pipeline: docs/first-deploy.md, steps 5 and 6. A pipeline that logs in without such a file: put its identity in the" \
    "group, then kubectl --namespace $NAMESPACE delete rolebinding deployer. Then make platform again"
  groups="$(kubectl --kubeconfig "$login" auth whoami --output 'jsonpath={range .status.userInfo.groups[*]}{@}{"\n"}{end}')" ||
    die "the login in $login does not work: make a new one, docs/first-deploy.md, step 5"
  grep -qxF -- "$wanted" <<<"$groups" ||
    die "the login in $login is not in the group $wanted, and would be locked out: make a new one, docs/first-deploy.md, step 5"
  say "the login in $login is in the group $wanted; every pipeline that still has an older one is locked out now"
}
if ! dry; then keep_pipeline_in; fi

run kubectl apply -f platform/namespace.yaml
run kubectl apply -f platform/default-deny.yaml -f platform/deployer-role.yaml \
  -f platform/resourcequota.yaml -f platform/limitrange.yaml

# The kinds of objects first: the controller looks for them when it starts.
kinds=(template gateway-crds oci://registry.example.com/mirror/docker.io/envoyproxy/gateway-crds-helm --version "v$ENVOY_GATEWAY_VERSION"
  --set "crds.gatewayAPI.enabled=true" --set "crds.gatewayAPI.channel=standard" --set "crds.envoyGateway.enabled=true")
if dry; then
  say "+ helm ${kinds[*]} | kubectl apply --server-side -f -"
else
  helm "${kinds[@]}" | kubectl apply --server-side -f -
fi
run helm upgrade --install envoy-gateway oci://registry.example.com/mirror/docker.io/envoyproxy/gateway-helm --version "v$ENVOY_GATEWAY_VERSION" \
  --namespace gateway --values platform/gateway-controller.yaml --wait --timeout 5m

run kubectl apply -f platform/gateway/
