#% if separate_accounts
#% include cloud_parts ~ 'accounts.sh'
#% endif
#% if account_providers
# providers ENVIRONMENT: in its account, who vouches for the pipeline. All services there share it, so that no code of one owns it.
providers() {
  local issuer audience there
  while read -r issuer audience; do
    if ! dry; then
      there="$(aws iam list-open-id-connect-providers --query "OpenIDConnectProviderList[?ends_with(Arn, ':oidc-provider/$issuer')].Arn" --output text)" ||
        die "cannot list the OpenID Connect providers of the account of $1: iam:ListOpenIDConnectProviders"
      if [ -n "$there" ]; then continue; fi
    fi
    run aws iam create-open-id-connect-provider --url "https://$issuer" --client-id-list "$audience"
  done < <(sed -n 's/^ *issuer *= *"\(.*\)".*/\1/p; s/^ *audience *= *"\(.*\)".*/\1/p' "$common" | paste -d ' ' - -)
}

#% endif
# The account, as AWS knows it.
look_up() {
  tool aws
  local account="<account>"
  if ! dry; then
    account="$(aws sts get-caller-identity --query Account --output text)" || die "aws is not logged in: \`aws sso login\`, or export AWS_PROFILE=…"
  fi
#% if separate_accounts
  fill account_id "\"$account\"" "${files[@]}"
  fill registry_account_id "\"$account\"" "$common"
  accounts_of_environments
#% else
  fill account_id "\"$account\"" "${files[@]}" "${of_environments[@]}"
#% endif
#% if balanced
  if ! dry && empty certificate_arn "${of_environments[@]}"; then
    lacks "certificate_arn in terraform/env/envs/<environment>.tfvars: terraform/README.md, \"The certificate\""
  fi
#% endif
}
