#!/usr/bin/env bash
# Bring a new cluster to the point where `make monitoring` and `make deploy` work. Why each step: platform/README.md.
#
# It needs the rights of a cluster administrator, and it can be run again at any time.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
source ci/cloud.sh
need ENVIRONMENT
tool helm kubectl
connect_cluster

run kubectl apply -f platform/namespace.yaml
run kubectl apply -f platform/deployer-role.yaml

# The kinds of objects first: the controller looks for them when it starts.
kinds=(template gateway-crds oci://docker.io/envoyproxy/gateway-crds-helm --version "v$ENVOY_GATEWAY_VERSION"
  --set "crds.gatewayAPI.enabled=true" --set "crds.gatewayAPI.channel=standard" --set "crds.envoyGateway.enabled=true")
if dry; then
  say "+ helm ${kinds[*]} | kubectl apply --server-side -f -"
else
  helm "${kinds[@]}" | kubectl apply --server-side -f -
fi
run helm upgrade --install envoy-gateway oci://docker.io/envoyproxy/gateway-helm --version "v$ENVOY_GATEWAY_VERSION" \
  --namespace gateway --values platform/gateway-controller.yaml --wait --timeout 5m

run kubectl apply -f platform/gateway/
