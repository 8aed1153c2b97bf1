
# The identity of the pipeline, as Kubernetes knows it: another one in each environment.
ci/tf.sh init env
sed "s/DEPLOY_PRINCIPAL_ID$/$(terraform -chdir=terraform/env output -raw deploy_identity_principal_id)/" \
  platform/deployer-role.yaml | kubectl apply -f -
