#!/usr/bin/env bash
# Let the pipeline into a cluster of the platform, and make the namespace. Why, and who else may do it: platform/README.md.
#
# It needs the rights of an administrator of the cluster, and it can be run again at any time.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
source ci/cloud.sh
need ENVIRONMENT
tool aws kubectl terraform

# The role of the pipeline, as terraform/env made it.
ENVIRONMENT="$ENVIRONMENT" ci/tf.sh init env
role="<deploy_role_arn>"
if ! dry; then
  role="$(terraform -chdir=terraform/env output -raw deploy_role_arn)"
  [[ "$role" == arn:*:role/* ]] || die "terraform/env has no output deploy_role_arn: was it applied to $ENVIRONMENT?"
fi
connect_cluster

# Its group has the name of the service: in a group of the same name, each pipeline could deploy into the namespace of the other.
entry=(--cluster-name "$CLUSTER_NAME" --region "$AWS_REGION" --principal-arn "$role")
if ! dry && aws eks describe-access-entry "${entry[@]}" >/dev/null 2>&1; then
  run aws eks update-access-entry "${entry[@]}" --kubernetes-groups "$SERVICE-deployers"
else
  run aws eks create-access-entry "${entry[@]}" --kubernetes-groups "$SERVICE-deployers"
fi

run kubectl apply -f platform/namespace.yaml
run kubectl apply -f platform/default-deny.yaml -f platform/deployer-role.yaml \
  -f platform/resourcequota.yaml -f platform/limitrange.yaml
