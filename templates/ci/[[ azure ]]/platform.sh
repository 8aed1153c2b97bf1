#!/usr/bin/env bash
# Bring a new cluster to the point where `make deploy` works. Why each step: platform/README.md.
#
# It needs the rights of a cluster administrator, and it can be run again at any time.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
source ci/cloud.sh
need ENVIRONMENT AZURE_SUBSCRIPTION_ID DEPLOY_PRINCIPAL_ID
tool az kubectl
connect_cluster

run kubectl apply -f platform/namespace.yaml
run kubectl apply -f platform/default-deny.yaml -f platform/deployer-role.yaml \
  -f platform/resourcequota.yaml -f platform/limitrange.yaml
# Entra knows no group of Kubernetes, so that the identity of the pipeline is bound to the role by itself.
run kubectl --namespace "$NAMESPACE" delete rolebinding deployer-identity --ignore-not-found
run kubectl --namespace "$NAMESPACE" create rolebinding deployer-identity --role deployer --user "$DEPLOY_PRINCIPAL_ID"

# AKS brings the kinds Gateway and HTTPRoute and the controller behind them, and keeps both up to date.
run az aks update --subscription "$AZURE_SUBSCRIPTION_ID" --resource-group "$RESOURCE_GROUP" --name "$CLUSTER_NAME" \
  --enable-gateway-api --enable-app-routing-istio --output none

run kubectl apply -f platform/gateway/
