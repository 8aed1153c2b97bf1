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
# Account, administrators and zones, as AWS knows them.
look_up() {
  tool aws
  local account="<account>" offered zone
  if ! dry; then
    account="$(aws sts get-caller-identity --query Account --output text)" || die "aws is not logged in: \`aws sso login\`, or export AWS_PROFILE=…"
  fi
#% if separate_accounts
  fill account_id "\"$account\"" "${files[@]}"
  accounts_of_environments
#% else
  fill account_id "\"$account\"" "${files[@]}" "${of_environments[@]}"
#% endif
  if [ -n "${ADMINS:-}" ]; then fill admin_principal_arns "$(list "$ADMINS")" "${of_environments[@]}"; fi
  if dry; then return; fi
  if empty admin_principal_arns "${of_environments[@]}"; then
    lacks "who administers the clusters: make first-answers ADMINS=arn:aws:iam::$account:role/<name>; \`aws iam list-roles --query 'Roles[].Arn'\` lists the roles"
  fi
  # EKS puts no control plane into the three that are left out (eks/latest/userguide/network-reqs.html).
#% if separate_accounts
  in_account "${wanted%% *}"
#% endif
  offered="$(aws ec2 describe-availability-zones --region "$AWS_REGION" --filters Name=zone-type,Values=availability-zone Name=state,Values=available \
    --query "AvailabilityZones[?ZoneId!='use1-az3' && ZoneId!='usw1-az2' && ZoneId!='cac1-az3'].ZoneName" --output text | tr '\t\n' '  ')"
  for zone in $(sed -n 's/^availability_zones *= *\[\(.*\)\].*/\1/p' "$common" | tr -d '",'); do
    case " $offered " in
      *" $zone "*) ;;
      *) lacks "zone $zone is none of this account's: give two or three of ( $offered) to availability_zones in $common" ;;
    esac
  done
#% if separate_accounts
  back
#% endif
}

# there ENVIRONMENT: whether its cluster exists.
there() { aws eks describe-cluster --name "[[ cloud_variable ]]-$1" --region "$AWS_REGION" >/dev/null 2>&1; }

# enough SERVICE CODE NAME USED MORE: whether the quota lets MORE be made beside what is USED.
enough() {
  local allowed
  if ! allowed="$(aws service-quotas get-service-quota --region "$AWS_REGION" --service-code "$1" --quota-code "$2" --query Quota.Value --output text 2>/dev/null)"; then
    say "warning: cannot read the quota $3 (servicequotas:GetServiceQuota): $5 more are needed"
    return
  fi
  [ "$(($4 + $5))" -le "${allowed%.*}" ] ||
    lacks "quota $3: $4 are used and $5 more are needed, $AWS_REGION allows ${allowed%.*}:" \
      "aws service-quotas request-service-quota-increase --region $AWS_REGION --service-code $1 --quota-code $2 --desired-value $(($4 + $5))"
}

# room "ENVIRONMENT…": whether the quotas of the region have room for those that are not there yet.
#% if separate_accounts
room() {
  local environment
  for environment in $1; do
    in_account "$environment"
    room_of "$environment"
  done
  back
}

room_of() {
#% else
room() {
#% endif
  local environment new=0 zones nodes[[ ' addresses=0' if cheaper_outside ]]
  for environment in $1; do
    there "$environment" || new=$((new + 1))
  done
  if [ "$new" = 0 ]; then return; fi
  zones="$(sed -n 's/^availability_zones *= *//p' "$common" | tr -dc , | wc -c)"
  zones=$((zones + 1))
#% if cheaper_outside
  for environment in $1; do
    if there "$environment"; then continue; fi
    if grep -q '^single_nat_gateway *= *true' "terraform/env/envs/$environment.tfvars"; then addresses=$((addresses + 1)); else addresses=$((addresses + zones)); fi
  done
#% else
  if grep -q '^single_nat_gateway *= *true' "$common"; then zones=1; fi
#% endif
  nodes="$(sed -n 's/^node_min *= *\([0-9]*\).*/\1/p' "$common")"
  enough ec2 L-0263D0A3 "EC2-VPC Elastic IPs" "$(aws ec2 describe-addresses --region "$AWS_REGION" --query 'length(Addresses)' --output text)" "[[ '$addresses' if cheaper_outside else '$((zones * new))' ]]"
  enough vpc L-F678F1CE "VPCs per Region" "$(aws ec2 describe-vpcs --region "$AWS_REGION" --query 'length(Vpcs)' --output text)" "$new"
  enough ec2 L-1216C47A "Running On-Demand Standard instances (vCPUs)" 0 "$((2 * (nodes + 1) * new))" # 2 each, and one more node during an update
}
