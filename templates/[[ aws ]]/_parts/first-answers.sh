# The account, as AWS knows it, and whether the clusters of the platform are in it.
look_up() {
  tool aws
  local account="<account>" environment file name
  if ! dry; then
    account="$(aws sts get-caller-identity --query Account --output text)" || die "aws is not logged in: \`aws sso login\`, or export AWS_PROFILE=…"
  fi
  fill account_id "\"$account\"" "${files[@]}" "${of_environments[@]}"
  if dry; then return; fi
  for environment in $wanted; do
    file="terraform/env/envs/$environment.tfvars"
    grep -q "^account_id *= *\"$account\"" "$file" || continue # in another account, which is not logged in to
    name="$(sed -n 's/^cluster_name *= *"\(.*\)".*/\1/p' "$file")"
    aws eks describe-cluster --name "$name" --region "$AWS_REGION" >/dev/null 2>&1 ||
      lacks "the cluster $name in $AWS_REGION: give the platform's name for it to cluster_name in $file; \`aws eks list-clusters --region $AWS_REGION\` lists them"
  done
}
