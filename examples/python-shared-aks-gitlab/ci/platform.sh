#!/usr/bin/env bash
# Let the pipeline into a cluster of the platform, and make the namespace. Why, and who else may do it: platform/README.md.
#
# It needs the rights of an administrator of the cluster, and it can be run again at any time.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
source ci/cloud.sh
need ENVIRONMENT
tool az kubectl terraform

# The subscription of the cluster, and the identity of the pipeline as Kubernetes knows it.
ENVIRONMENT="$ENVIRONMENT" ci/tf.sh init env
if dry; then
  AZURE_SUBSCRIPTION_ID="<subscription_id>" principal="<deploy_identity_principal_id>"
else
  AZURE_SUBSCRIPTION_ID="$(terraform -chdir=terraform/env output -raw subscription_id)"
  principal="$(terraform -chdir=terraform/env output -raw deploy_identity_principal_id)"
  [[ "$principal" =~ ^[0-9a-f-]{36}$ ]] || die "terraform/env has no output deploy_identity_principal_id: was it applied to $ENVIRONMENT?"
fi
connect_cluster

# It finds the cluster, and nothing more: what it may do inside is in platform/deployer-role.yaml.
run az role assignment create --assignee-object-id "$principal" --assignee-principal-type ServicePrincipal \
  --role "Azure Kubernetes Service Cluster User Role" --output none \
  --scope "/subscriptions/$AZURE_SUBSCRIPTION_ID/resourceGroups/$RESOURCE_GROUP/providers/Microsoft.ContainerService/managedClusters/$CLUSTER_NAME"

run kubectl apply -f platform/namespace.yaml
run kubectl apply -f platform/default-deny.yaml -f platform/resourcequota.yaml -f platform/limitrange.yaml
say "+ kubectl apply -f platform/deployer-role.yaml, with $principal in the place of DEPLOY_PRINCIPAL_ID"
if ! dry; then
  sed "s/DEPLOY_PRINCIPAL_ID$/$principal/" platform/deployer-role.yaml | kubectl apply -f -
fi
