tool terraform

# The identity that may read the secrets, and the subscription of the cluster, as terraform/env made them.
ENVIRONMENT="$ENVIRONMENT" ci/tf.sh init env
client="<secrets_client_id>"
if dry; then
  AZURE_SUBSCRIPTION_ID="<subscription_id>"
else
  AZURE_SUBSCRIPTION_ID="$(terraform -chdir=terraform/env output -raw subscription_id)"
  client="$(terraform -chdir=terraform/env output -raw secrets_client_id)"
fi
