# shellcheck shell=bash
# The variables of the pipeline on GitHub, from what Terraform made.
: "${repository:?}" "${made:?}" # from setup-github.sh, which this is a part of
tool terraform
ci/tf.sh init shared
set_from shared image_repository IMAGE
set_from shared build_role_arn BUILD_ROLE_ARN
for environment in $made; do
  suffix="$(tr '[:lower:]' '[:upper:]' <<<"$environment")"
  ENVIRONMENT="$environment" ci/tf.sh init env
  set_from env region AWS_REGION
  set_from env drift_role_arn "DRIFT_ROLE_ARN_$suffix"
  set_from env deploy_role_arn DEPLOY_ROLE_ARN --env "$environment"
  set_from env cluster_name CLUSTER_NAME --env "$environment"
done
