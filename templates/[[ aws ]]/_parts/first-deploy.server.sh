#% if separate_accounts
# in_account ENVIRONMENT: go on as its profile of aws, if PROFILES names one.
in_account() {
  local profile
  profile="$(tr ',' '\n' <<<"${PROFILES:-}" | sed -n "s/^$1=//p")"
  if [ -n "$profile" ]; then export AWS_PROFILE="$profile"; else back; fi
}

# back: as at the beginning, in the account of state and registry.
first_profile="${AWS_PROFILE:-}"
back() { if [ -n "$first_profile" ]; then export AWS_PROFILE="$first_profile"; else unset AWS_PROFILE; fi; }

# account_of ENVIRONMENT: print the account that its file names.
account_of() { sed -n 's/^account_id *= *"\([0-9]*\)".*/\1/p' "terraform/env/envs/$1.tfvars"; }

# The account of each environment, in its file, and for the state and the images in those of bootstrap and shared.
accounts_of_environments() {
  local environment found all=""
  for environment in $wanted; do
    found="<account of $environment>"
    if ! dry; then
      found="$(account_of "$environment")"
      if [ -z "$found" ] && grep -q "^$environment=" < <(tr ',' '\n' <<<"${PROFILES:-}"); then
        in_account "$environment"
        found="$(aws sts get-caller-identity --query Account --output text)" || die "aws is not logged in to the account of $environment: \`aws sso login --profile $AWS_PROFILE\`"
        back
      fi
      if [ -z "$found" ]; then
        lacks "the account of $environment: make first-answers PROFILES=$environment=<profile>,…; \`aws configure list-profiles\` lists them"
        continue
      fi
    fi
    fill account_id "\"$found\"" "terraform/env/envs/$environment.tfvars"
    fill_row "$environment" "$found" terraform/bootstrap/terraform.tfvars
    all="$all,$found"
  done
  if [ -n "$all" ] && [ "$missing" = 0 ]; then
    fill pull_account_ids "$(list "$(tr ',' '\n' <<<"${all#,}" | sort -u | paste -sd , -)")" terraform/shared/terraform.tfvars
  fi
}

# fill_row NAME VALUE FILE: give a row of a table its value, if it has none.
fill_row() {
  export name=$1 value=$2
  grep -qE "^ +$name *= \"\"" "$3" || return 0
  say "+ $3: $name = $value"
  if dry; then return; fi
  awk '$1 == ENVIRON["name"] && /= ""/ { sub(/"".*$/, ""); print $0 "\"" ENVIRON["value"] "\""; next } { print }' "$3" >"$3.new" || not_written "$3"
  take_place "$3"
}

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
