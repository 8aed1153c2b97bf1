#!/usr/bin/env bash
# Install or upgrade what adds and removes nodes between node_min and node_max of terraform/env. `make platform` runs it.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
source ci/cloud.sh
need ENVIRONMENT
tool aws helm kubectl
connect_cluster

# The autoscaler imitates the scheduler of one minor version: another one would add nodes that help no pod.
version="${CLUSTER_AUTOSCALER_VERSION%.*}"
if ! dry; then
  cluster="$(aws eks describe-cluster --name "$CLUSTER_NAME" --region "$AWS_REGION" --query cluster.version --output text)"
  [[ "$cluster" == "$version" ]] ||
    say "warning: $CLUSTER_NAME runs Kubernetes $cluster, and CLUSTER_AUTOSCALER_VERSION in ci/settings.sh is for $version"
fi

run helm upgrade --install cluster-autoscaler cluster-autoscaler \
  --repo https://kubernetes.github.io/autoscaler --version "$CLUSTER_AUTOSCALER_CHART_VERSION" \
  --namespace kube-system --values platform/cluster-autoscaler.yaml \
  --set-string "image.tag=v$CLUSTER_AUTOSCALER_VERSION" \
  --set-string "autoDiscovery.clusterName=$CLUSTER_NAME" --set-string "awsRegion=$AWS_REGION" \
  --wait --timeout 5m
