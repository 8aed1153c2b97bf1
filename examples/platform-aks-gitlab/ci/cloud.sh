#!/usr/bin/env bash
# How to get into the registry and the cluster on Azure. The identity is already here: an identity that the pipeline logged
# in with, its token in a file, or `az login` on a laptop.

# Terraform does not use the login of a pipeline's `az`: it takes the token itself.
if [ -n "${AZURE_FEDERATED_TOKEN_FILE:-}" ]; then
  export ARM_USE_OIDC=true ARM_OIDC_TOKEN_FILE_PATH="$AZURE_FEDERATED_TOKEN_FILE"
  export ARM_CLIENT_ID="$AZURE_CLIENT_ID" ARM_TENANT_ID="$AZURE_TENANT_ID"
fi

log_in() {
  if [ -z "${AZURE_FEDERATED_TOKEN_FILE:-}" ]; then return; fi
  need AZURE_CLIENT_ID AZURE_TENANT_ID
  say "+ az login --service-principal --username $AZURE_CLIENT_ID --tenant $AZURE_TENANT_ID --federated-token …"
  if dry; then return; fi
  az login --service-principal --username "$AZURE_CLIENT_ID" --tenant "$AZURE_TENANT_ID" \
    --federated-token "$(<"$AZURE_FEDERATED_TOKEN_FILE")" --allow-no-subscriptions --output none
}

login_registry() {
  need IMAGE
  tool az crane
  local registry="${IMAGE%%/*}"
  log_in
  say "+ az acr login --name ${registry%%.*} --expose-token | crane auth login $registry"
  if dry; then return; fi
  # Azure's name for a user who comes with a token.
  az acr login --name "${registry%%.*}" --expose-token --output tsv --query accessToken |
    crane auth login "$registry" --username 00000000-0000-0000-0000-000000000000 --password-stdin
}

connect_cluster() {
  # A file of its own: the kubeconfig of the person who runs this stays as it is, and cannot name the wrong cluster.
  local own="$PWD/build/kubeconfig-$ENVIRONMENT"
  if [ "${KUBECONFIG:-}" = "$own" ]; then return; fi
  need AZURE_SUBSCRIPTION_ID
  tool az kubelogin kubectl
  dry || mkdir -p build
  log_in
  export KUBECONFIG="$own"
  run az aks get-credentials --subscription "$AZURE_SUBSCRIPTION_ID" --resource-group "$RESOURCE_GROUP" --name "$CLUSTER_NAME" \
    --file "$KUBECONFIG" --overwrite-existing
  run kubelogin convert-kubeconfig --login azurecli
}
