# Subscription, administrators and registered providers, as Azure reports them.
#% if separate_accounts
#% include cloud_parts ~ 'subscriptions.sh'
#% endif
look_up() {
  tool az ssh-keygen
  local subscription="<subscription>" group="${ADMINS:-<group>}" folder
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
  if dry; then return; fi
  # Azure makes no machine without a key. The private half of this one is thrown away before anyone sees it.
  if empty admin_ssh_public_key "$common"; then
    folder="$(mktemp -d)"
    ssh-keygen -q -t ed25519 -N "" -C "no one has the private half" -f "$folder/key"
    fill admin_ssh_public_key "\"$(<"$folder/key.pub")\"" "$common"
    rm -rf "$folder"
  fi
  if empty admin_group_object_id "${files[@]}"; then
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

# The same in each subscription: what its machines need.
ready() {
#% endif
  # Once per subscription: disks are encrypted where the machine runs.
  local state
  state="$(az feature show[[ ' ${on[@]+"${on[@]}"}' if separate_accounts ]] --namespace Microsoft.Compute --name EncryptionAtHost --query properties.state --output tsv)" || state=unknown
  if [ "$state" != Registered ]; then
    run az feature register[[ ' ${on[@]+"${on[@]}"}' if separate_accounts ]] --namespace Microsoft.Compute --name EncryptionAtHost --output none
    lacks "the feature EncryptionAtHost of the subscription is $state: it is asked for now, and takes a quarter of an hour"
  else
    run az provider register --namespace Microsoft.Compute[[ ' ${on[@]+"${on[@]}"}' if separate_accounts ]]
  fi
}
