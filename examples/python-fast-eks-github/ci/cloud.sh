#!/usr/bin/env bash
# How to get into the registry and the cluster on AWS. The identity is already here: a role that the pipeline assumed,
# or `aws sso login` on a laptop.

login_registry() {
  need IMAGE
  tool aws crane
  local registry="${IMAGE%%/*}" region
  region="$(echo "$registry" | cut -d. -f4)" # <account>.dkr.ecr.<region>.amazonaws.com
  say "+ aws ecr get-login-password --region $region | crane auth login $registry"
  if dry; then return; fi
  aws ecr get-login-password --region "$region" |
    crane auth login "$registry" --username AWS --password-stdin
}

connect_cluster() {
  # A file of its own: the kubeconfig of the person who runs this stays as it is, and cannot name the wrong cluster.
  local own="$PWD/build/kubeconfig-$ENVIRONMENT"
  if [[ "${KUBECONFIG:-}" == "$own" ]]; then return; fi
  tool aws kubectl
  dry || mkdir -p build
  export KUBECONFIG="$own"
  run aws eks update-kubeconfig --name "$CLUSTER_NAME" --region "$AWS_REGION" --kubeconfig "$KUBECONFIG"
}
