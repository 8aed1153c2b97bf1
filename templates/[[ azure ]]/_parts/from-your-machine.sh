export AZURE_SUBSCRIPTION_ID=$(terraform -chdir=terraform/env output -raw subscription_id)
