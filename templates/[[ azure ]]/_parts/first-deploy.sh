# Subscription, administrators and registered providers, as Azure reports them.
region="$(sed -n 's/^region *= "\(.*\)".*/\1/p' "$common")"

#% if separate_accounts
#% include cloud_parts ~ 'subscriptions.sh'
#% endif
look_up() {
  tool az
  local subscription="<subscription>" group="${ADMINS:-<group>}" state size offered zone
  if ! dry; then
    subscription="$(az account show --query id --output tsv)" || die "az is not logged in: az login"
  fi
#% if separate_accounts
  fill subscription_id "\"$subscription\"" "${files[@]}"
  fill shared_subscription_id "\"$subscription\"" "$common"
  subscriptions_of_environments
#% else
  fill subscription_id "\"$subscription\"" "${files[@]}" "${of_environments[@]}"
#% endif
  if [ -n "${ADMINS:-}" ]; then
    if ! dry; then
      group="$(az ad group show --group "$ADMINS" --query id --output tsv)" || die "Entra has no group '$ADMINS': \`az ad group list --query '[].displayName'\` lists them"
    fi
    fill admin_group_object_id "\"$group\"" "${files[@]}"
    fill admin_group_object_ids "[\"$group\"]" "${of_environments[@]}"
  fi
  if dry; then return; fi
  if empty admin_group_object_ids "${of_environments[@]}" || empty admin_group_object_id "${files[@]}"; then
    lacks "who administers: make first-answers ADMINS='<name of a group in Entra>', with you in it"
  fi
#% if separate_accounts
  local environment
  for environment in $wanted; do
    in_account "$environment"
    ready
  done
  on=()
}

# The same in each subscription: what its nodes need.
ready() {
  local state size offered zone
#% endif
  # Once per subscription: the disks of the nodes are encrypted where the machine runs.
  state="$(az feature show[[ ' ${on[@]+"${on[@]}"}' if separate_accounts ]] --namespace Microsoft.Compute --name EncryptionAtHost --query properties.state --output tsv)" || state=unknown
  if [ "$state" != Registered ]; then
    run az feature register[[ ' ${on[@]+"${on[@]}"}' if separate_accounts ]] --namespace Microsoft.Compute --name EncryptionAtHost --output none
    lacks "the feature EncryptionAtHost of the subscription is $state: it is asked for now, and takes a quarter of an hour"
  else
    run az provider register --namespace Microsoft.Compute[[ ' ${on[@]+"${on[@]}"}' if separate_accounts ]]
  fi
  size="$(sed -n 's/^node_vm_size *= "\(.*\)".*/\1/p' "$common")"
  offered="$(az vm list-skus[[ ' ${on[@]+"${on[@]}"}' if separate_accounts ]] --location "$region" --size "$size" --zone --query "[?name=='$size'] | [0].locationInfo[0].zones" --output tsv | tr '\t\n' '  ')"
  for zone in $(sed -n 's/^ *zones *= *\[\(.*\)\].*/\1/p' terraform/modules/cluster/nodes.tf | tr -d '",'); do
    case " $offered " in
      *" $zone "*) ;;
      *) lacks "the subscription gets no $size in zone $zone of $region, but in ( $offered): \`scaffold set zones=…\`, none if there are none" ;;
    esac
  done
}

# there ENVIRONMENT: whether its cluster exists.
there() { az aks show[[ ' ${on[@]+"${on[@]}"}' if separate_accounts ]] --resource-group "[[ cloud_variable ]]-$1" --name "[[ cloud_variable ]]-$1" --output none 2>/dev/null; }

# enough NAME USED ALLOWED MORE: whether the quota lets MORE be made beside what is USED.
enough() {
  if [ -z "$3" ]; then
    say "warning: cannot read the quota $1 of $region: $4 more are needed"
  elif [ "$(($2 + $4))" -gt "$3" ]; then
    lacks "quota $1: $2 are used and $4 more are needed, $region allows $3: ask for more on the page Quotas of the portal (https://aka.ms/quotas)"
  fi
}

# room "ENVIRONMENT…": whether the quotas of the region have room for those that are not there yet.
#% if separate_accounts
room() {
  local environment
  for environment in $1; do
    in_account "$environment"
    room_of "$environment"
  done
  on=()
}

room_of() {
#% else
room() {
#% endif
#% if cheaper_outside
  local environment new=0 nodes=0 fewest used allowed
  for environment in $1; do
    if there "$environment"; then continue; fi
    new=$((new + 1))
    fewest="$(sed -n 's/^node_min *= *\([0-9]*\).*/\1/p' "terraform/env/envs/$environment.tfvars")"
    nodes=$((nodes + fewest))
  done
#% else
  local environment new=0 nodes used allowed
  for environment in $1; do
    there "$environment" || new=$((new + 1))
  done
#% endif
  if [ "$new" = 0 ]; then return; fi
#% if not cheaper_outside
  nodes="$(sed -n 's/^node_min *= *\([0-9]*\).*/\1/p' "$common")"
#% endif
  read -r used allowed < <(az vm list-usage[[ ' ${on[@]+"${on[@]}"}' if separate_accounts ]] --location "$region" --query "[?name.value=='cores'].[currentValue,limit]" --output tsv) || true
#% if cheaper_outside
  enough "Total Regional vCPUs" "${used:-0}" "${allowed:-}" "$((2 * (nodes + 4 * new)))" # 2 each: 2 of the system, one more of each pool during an update
#% else
  enough "Total Regional vCPUs" "${used:-0}" "${allowed:-}" "$((2 * (nodes + 4) * new))" # 2 each: 2 of the system, one more of each pool during an update
#% endif
  used="" allowed=""
  read -r used allowed < <(az network list-usages[[ ' ${on[@]+"${on[@]}"}' if separate_accounts ]] --location "$region" --query "[?name.value=='PublicIPAddresses'].[currentValue,limit]" --output tsv) || true
  enough "Public IP Addresses" "${used:-0}" "${allowed:-}" "$((2 * new))" # the NAT gateway and the load balancer
}
