# Subscription, administrators and what the subscription must know, as Azure says it.
region="$(sed -n 's/^region *= "\(.*\)".*/\1/p' "$common")"

look_up() {
  tool az
  local subscription="<subscription>" group="${ADMINS:-<group>}" state size offered zone
  if ! dry; then
    subscription="$(az account show --query id --output tsv)" || die "az is not logged in: az login"
  fi
  fill subscription_id "\"$subscription\"" "${files[@]}" "${of_environments[@]}"
  if [ -n "${ADMINS:-}" ]; then
    if ! dry; then
      group="$(az ad group show --group "$ADMINS" --query id --output tsv)" || die "there is no group '$ADMINS' in Entra: \`az ad group list --query '[].displayName'\` lists them"
    fi
    fill admin_group_object_id "\"$group\"" "${files[@]}"
    fill admin_group_object_ids "[\"$group\"]" "${of_environments[@]}"
  fi
  if dry; then return; fi
  if empty admin_group_object_ids "${of_environments[@]}" || empty admin_group_object_id "${files[@]}"; then
    lacks "who administers: make first-answers ADMINS='<name of a group in Entra>', with you in it"
  fi
  # Once per subscription: the disks of the nodes are encrypted where the machine runs.
  state="$(az feature show --namespace Microsoft.Compute --name EncryptionAtHost --query properties.state --output tsv)" || state=unknown
  if [ "$state" != Registered ]; then
    run az feature register --namespace Microsoft.Compute --name EncryptionAtHost --output none
    lacks "the feature EncryptionAtHost of the subscription is $state: it is asked for now, and takes a quarter of an hour"
  else
    run az provider register --namespace Microsoft.Compute
  fi
  size="$(sed -n 's/^node_vm_size *= "\(.*\)".*/\1/p' "$common")"
  offered="$(az vm list-skus --location "$region" --size "$size" --zone --query "[?name=='$size'] | [0].locationInfo[0].zones" --output tsv | tr '\t\n' '  ')"
  for zone in $(sed -n 's/^ *zones *= *\[\(.*\)\].*/\1/p' terraform/modules/cluster/nodes.tf | tr -d '",'); do
    case " $offered " in
      *" $zone "*) ;;
      *) lacks "the subscription gets no $size in zone $zone of $region, but in ( $offered): \`scaffold set zones=…\`, none if there are none" ;;
    esac
  done
}

# there ENVIRONMENT: whether its cluster exists.
there() { az aks show --resource-group "[[ cloud_variable ]]-$1" --name "[[ cloud_variable ]]-$1" --output none 2>/dev/null; }

# enough NAME USED ALLOWED MORE: whether the quota lets MORE be made beside what is USED.
enough() {
  if [ -z "$3" ]; then
    say "warning: cannot read the quota $1 of $region: $4 more are needed"
  elif [ "$(($2 + $4))" -gt "$3" ]; then
    lacks "quota $1: $2 are used and $4 more are needed, $region allows $3: ask for more on the page Quotas of the portal (https://aka.ms/quotas)"
  fi
}

# room "ENVIRONMENT…": whether the quotas of the region have room for those that are not there yet.
room() {
  local environment new=0 nodes used allowed
  for environment in $1; do
    there "$environment" || new=$((new + 1))
  done
  if [ "$new" = 0 ]; then return; fi
  nodes="$(sed -n 's/^node_min *= *\([0-9]*\).*/\1/p' "$common")"
  read -r used allowed < <(az vm list-usage --location "$region" --query "[?name.value=='cores'].[currentValue,limit]" --output tsv) || true
  enough "Total Regional vCPUs" "${used:-0}" "${allowed:-}" "$((2 * (nodes + 4) * new))" # 2 each: 2 of the system, one more of each pool during an update
  used="" allowed=""
  read -r used allowed < <(az network list-usages --location "$region" --query "[?name.value=='PublicIPAddresses'].[currentValue,limit]" --output tsv) || true
  enough "Public IP Addresses" "${used:-0}" "${allowed:-}" "$((2 * new))" # the NAT gateway and the load balancer
}
