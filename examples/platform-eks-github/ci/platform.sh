#!/usr/bin/env bash
# Bring a new cluster to the point where `make monitoring` and `make deploy` work. Why each step: platform/README.md.
#
# It needs the rights of a cluster administrator, and it can be run again at any time.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
source ci/cloud.sh
need ENVIRONMENT
tool aws helm kubectl
connect_cluster

gateway_kinds="https://github.com/kubernetes-sigs/gateway-api/releases/download/v$GATEWAY_API_VERSION"
controller_kinds="https://raw.githubusercontent.com/kubernetes-sigs/aws-load-balancer-controller/v$LOAD_BALANCER_CONTROLLER_VERSION"

run kubectl apply -f platform/namespace.yaml
run kubectl apply -f platform/deployer-role.yaml
run kubectl apply -f platform/storageclass.yaml

# The controller looks for these kinds when it starts, so they come first.
run kubectl apply --server-side -f "$gateway_kinds/standard-install.yaml"
run kubectl apply --server-side -f "$controller_kinds/config/crd/gateway/gateway-crds.yaml"
run kubectl apply --server-side -f "$controller_kinds/helm/aws-load-balancer-controller/crds/crds.yaml"

vpc="<vpc of $CLUSTER_NAME>"
if ! dry; then
  vpc="$(aws eks describe-cluster --name "$CLUSTER_NAME" --region "$AWS_REGION" --query cluster.resourcesVpcConfig.vpcId --output text)"
fi
run helm upgrade --install aws-load-balancer-controller aws-load-balancer-controller \
  --repo https://aws.github.io/eks-charts --version "$LOAD_BALANCER_CONTROLLER_VERSION" \
  --namespace kube-system --skip-crds --values platform/load-balancer-controller.yaml \
  --set-string "clusterName=$CLUSTER_NAME" --set-string "region=$AWS_REGION" --set-string "vpcId=$vpc" \
  --wait --timeout 5m

run kubectl apply -f platform/gateway/
