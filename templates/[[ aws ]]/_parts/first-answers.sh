#% if separate_accounts
#% include cloud_parts ~ 'accounts.sh'
#% endif
# The account, as AWS knows it, and whether the clusters of the platform are in it.
look_up() {
  tool aws
  local account="<account>" environment file name
  if ! dry; then
    account="$(aws sts get-caller-identity --query Account --output text)" || die "aws is not logged in: \`aws sso login\`, or export AWS_PROFILE=…"
  fi
#% if separate_accounts
  fill account_id "\"$account\"" "${files[@]}"
  accounts_of_environments
#% else
  fill account_id "\"$account\"" "${files[@]}" "${of_environments[@]}"
#% endif
  if dry; then return; fi
  for environment in $wanted; do
    file="terraform/env/envs/$environment.tfvars"
#% if separate_accounts
    in_account "$environment"
    [ "$(aws sts get-caller-identity --query Account --output text)" = "$(account_of "$environment")" ] || continue # not logged in to it
#% else
    grep -q "^account_id *= *\"$account\"" "$file" || continue # in another account, which is not logged in to
#% endif
    name="$(sed -n 's/^cluster_name *= *"\(.*\)".*/\1/p' "$file")"
    aws eks describe-cluster --name "$name" --region "$AWS_REGION" >/dev/null 2>&1 ||
      lacks "the cluster $name in $AWS_REGION: give the platform's name for it to cluster_name in $file; \`aws eks list-clusters --region $AWS_REGION\` lists them"
  done
#% if separate_accounts
  back
#% endif
}
