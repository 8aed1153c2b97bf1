#!/usr/bin/env bash
# Bring a new cluster to the point where `make monitoring` and `make deploy` work. Why each step: platform/README.md.
#
# It needs the rights of a cluster administrator, and it can be run again at any time.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
source ci/cloud.sh
need ENVIRONMENT
tool az kubectl terraform

# Outputs of terraform/env: the subscription of the cluster, and the identity of the pipeline as Kubernetes knows it.
ENVIRONMENT="$ENVIRONMENT" ci/tf.sh init env
if dry; then
  AZURE_SUBSCRIPTION_ID="<subscription_id>" principal="<deploy_identity_principal_id>"
else
  AZURE_SUBSCRIPTION_ID="$(terraform -chdir=terraform/env output -raw subscription_id)"
  principal="$(terraform -chdir=terraform/env output -raw deploy_identity_principal_id)"
  [[ "$principal" =~ ^[0-9a-f-]{36}$ ]] || die "terraform/env has no output deploy_identity_principal_id: was it applied to $ENVIRONMENT?"
fi
connect_cluster

run kubectl apply -f platform/namespace.yaml
say "+ kubectl apply -f platform/deployer-role.yaml, with $principal in the place of DEPLOY_PRINCIPAL_ID"
if ! dry; then
  sed "s/DEPLOY_PRINCIPAL_ID$/$principal/" platform/deployer-role.yaml | kubectl apply -f -
fi

# AKS brings the kinds Gateway and HTTPRoute and the controller behind them, and keeps both up to date. Terraform's
# provider does not know of them.
run az aks update --subscription "$AZURE_SUBSCRIPTION_ID" --resource-group "$RESOURCE_GROUP" --name "$CLUSTER_NAME" \
  --enable-gateway-api --enable-app-routing-istio --output none

run kubectl apply -f platform/gateway/
