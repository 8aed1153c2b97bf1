# Subscription, administrators and what the subscription must know, as Azure says it.
#% if separate_accounts
on=() # the subscription that az asks: none, the one that is logged in to

# in_account ENVIRONMENT: go on in the subscription that its file names.
in_account() {
  local id
  id="$(subscription_of "$1")"
  on=()
  if [ -n "$id" ]; then
    on=(--subscription "$id")
    export AZURE_SUBSCRIPTION_ID="$id"
  fi
}

subscription_of() { sed -n 's/^subscription_id *= *"\(.*\)".*/\1/p' "terraform/env/envs/$1.tfvars"; }

# The subscription of each environment, in its file; what Terraform makes there must be registered.
subscriptions_of_environments() {
  local environment name found provider providers
  for environment in $wanted; do
    name="$(tr ',' '\n' <<<"${SUBSCRIPTIONS:-}" | sed -n "s/^$environment=//p")"
    found="<subscription of $environment>"
    if ! dry; then
      found="$(subscription_of "$environment")"
      if [ -z "$found" ] && [ -n "$name" ]; then
        found="$(az account show --subscription "$name" --query id --output tsv)" || die "there is no subscription '$name': \`az account list --output table\` lists them"
      fi
      if [ -z "$found" ]; then
        lacks "the subscription of $environment: make first-answers SUBSCRIPTIONS=$environment=<name or id>,…; \`az account list --output table\` lists them"
        continue
      fi
    fi
    fill subscription_id "\"$found\"" "terraform/env/envs/$environment.tfvars"
    providers="$(sed -n 's/^ *"\(Microsoft\.[A-Za-z]*\)".*/\1/p' terraform/bootstrap/versions.tf)"
    for provider in $providers; do
      run az provider register --namespace "$provider" --subscription "$found"
    done
  done
}

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
      group="$(az ad group show --group "$ADMINS" --query id --output tsv)" || die "there is no group '$ADMINS' in Entra: \`az ad group list --query '[].displayName'\` lists them"
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
