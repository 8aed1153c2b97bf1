#!/usr/bin/env bash
# Bring a new cluster to the point where `make deploy` works. Why each step: platform/README.md.
#
# It needs the rights of a cluster administrator, and it can be run again at any time.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
source ci/cloud.sh
need ENVIRONMENT
tool aws helm kubectl
connect_cluster

gateway_kinds="https://github.com/kubernetes-sigs/gateway-api/releases/download/v$GATEWAY_API_VERSION"
controller_kinds="https://raw.githubusercontent.com/kubernetes-sigs/aws-load-balancer-controller/v$LOAD_BALANCER_CONTROLLER_VERSION"

# Terraform puts the role of the pipeline into the group that platform/deployer-role.yaml binds. In the other order, the
# pipeline is locked out until it has.
keep_pipeline_in() {
  local role="$SERVICE-$ENVIRONMENT-deploy" cluster=(--cluster-name "$CLUSTER_NAME" --region "$AWS_REGION" --output text)
  local wanted entry groups bound name lost=""
  wanted="$(awk '/^subjects:/ { found = 1 } found && $1 == "name:" { gsub(/"/, "", $2); print $2 }' platform/deployer-role.yaml)"
  if ! entry="$(aws eks list-access-entries "${cluster[@]}" --query "accessEntries[?ends_with(@, ':role/$role')]")" || [[ -z "$entry" ]] ||
    ! groups="$(aws eks describe-access-entry "${cluster[@]}" --principal-arn "$entry" --query accessEntry.kubernetesGroups)"; then
    bound="$(kubectl get rolebinding deployer --namespace "$NAMESPACE" --ignore-not-found --output 'jsonpath={.subjects[*].name}')"
    for name in $bound; do
      grep -qxF -- "$name" <<<"$wanted" || lost="$name"
    done
    [[ -z "$lost" ]] ||
      die "cannot read the access entry of the role $role, and so whether it is in the group $wanted. $ENVIRONMENT binds its rights to" \
        "$lost now: a role that is only there would be locked out. It takes eks:ListAccessEntries and eks:DescribeAccessEntry;" \
        "or see it on the page of the cluster, then kubectl --namespace $NAMESPACE delete rolebinding deployer, and make platform again"
    [[ -n "$bound" ]] ||
      say "warning: cannot read the access entry of the role $role. A pipeline that is not in the group $wanted is locked out" \
        "until \`make tf-apply ENVIRONMENT=$ENVIRONMENT\`"
    return
  fi
  grep -qxF -- "$wanted" <<<"${groups//$'\t'/$'\n'}" ||
    die "the role $role is not in the group $wanted that platform/deployer-role.yaml binds, and would be locked out." \
      "First: make tf-plan ENVIRONMENT=$ENVIRONMENT && make tf-apply ENVIRONMENT=$ENVIRONMENT"
}
if ! dry; then keep_pipeline_in; fi

run kubectl apply -f platform/namespace.yaml
run kubectl apply -f platform/default-deny.yaml -f platform/deployer-role.yaml \
  -f platform/resourcequota.yaml -f platform/limitrange.yaml
run kubectl apply -f platform/storageclass.yaml

# The controller looks for these kinds when it starts, so they come first.
run kubectl apply --server-side -f "$gateway_kinds/standard-install.yaml"
run kubectl apply --server-side -f "$controller_kinds/config/crd/gateway/gateway-crds.yaml"
run kubectl apply --server-side -f "$controller_kinds/helm/aws-load-balancer-controller/crds/crds.yaml"

vpc="<vpc of $CLUSTER_NAME>"
if ! dry; then
  vpc="$(aws eks describe-cluster --name "$CLUSTER_NAME" --region "$AWS_REGION" --query cluster.resourcesVpcConfig.vpcId --output text)"
fi
run helm upgrade --install aws-load-balancer-controller aws-load-balancer-controller \
  --repo https://aws.github.io/eks-charts --version "$LOAD_BALANCER_CONTROLLER_VERSION" \
  --namespace kube-system --skip-crds --values platform/load-balancer-controller.yaml \
  --set-string "clusterName=$CLUSTER_NAME" --set-string "region=$AWS_REGION" --set-string "vpcId=$vpc" \
  --wait --timeout 5m

run kubectl apply -f platform/gateway/
