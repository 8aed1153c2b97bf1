#% if separate_accounts
#% include cloud_parts ~ 'subscriptions.sh'

#% endif
# Subscription and administrators, as Azure knows them, and with which identity the clusters of the platform pull images.
look_up() {
  tool az
  local subscription="<subscription>" group="${ADMINS:-<group>}" environment file name resources identity
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
  fi
  for environment in $wanted; do
    file="terraform/env/envs/$environment.tfvars" identity="<nodes of $environment>"
    empty nodes_principal_id "$file" || continue
    if ! dry; then
      name="$(sed -n 's/^cluster_name *= *"\(.*\)".*/\1/p' "$file")"
      resources="$(sed -n 's/^cluster_resource_group *= *"\(.*\)".*/\1/p' "$file")"
#% if separate_accounts
      subscription="$(subscription_of "$environment")"
      [ -n "$subscription" ] || continue # it is missing already
#% else
      subscription="$(sed -n 's/^subscription_id *= *"\(.*\)".*/\1/p' "$file")"
#% endif
      identity="$(az aks show --subscription "$subscription" --resource-group "$resources" --name "$name" --query identityProfile.kubeletidentity.objectId --output tsv 2>/dev/null)" || identity=""
      if [ -z "$identity" ]; then
        lacks "the cluster $name: give the platform's names to cluster_name and cluster_resource_group in $file, and to nodes_principal_id if you may not look"
        continue
      fi
    fi
    fill nodes_principal_id "\"$identity\"" "$file"
  done
  if dry; then return; fi
  if empty admin_group_object_id "${files[@]}"; then
    lacks "who administers the state: make first-answers ADMINS='<name of a group in Entra>', with you in it"
  fi
}
