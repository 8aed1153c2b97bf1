# shellcheck shell=bash
# The variables of the pipeline on GitHub, from what Terraform made.
: "${repository:?}" "${made:?}" # from setup-github.sh, which this is a part of
tool terraform
ci/tf.sh init shared
set_from shared image_repository IMAGE
set_from shared build_identity_client_id BUILD_CLIENT_ID
set_from shared tenant_id AZURE_TENANT_ID
set_from shared subscription_id AZURE_SUBSCRIPTION_ID
for environment in $made; do
  suffix="$(tr '[:lower:]' '[:upper:]' <<<"$environment")"
  ENVIRONMENT="$environment" ci/tf.sh init env
  set_from env drift_identity_client_id "DRIFT_CLIENT_ID_$suffix"
  set_from env subscription_id AZURE_SUBSCRIPTION_ID --env "$environment"
  set_from env deploy_identity_client_id DEPLOY_CLIENT_ID --env "$environment"
  set_from env resource_group RESOURCE_GROUP --env "$environment"
  set_from env cluster_name CLUSTER_NAME --env "$environment"
done
