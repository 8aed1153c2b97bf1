#!/usr/bin/env bash
# Resources of Azure for the monitoring: a store for its secrets, and a way to its machine.

# The one vault of the environment: its name is made up by Terraform, because no other of the world may have it.
vault() {
  local name="<vault>"
  need AZURE_SUBSCRIPTION_ID
  if ! dry; then
    tool az
    log_in
    name="$(az keyvault list --subscription "$AZURE_SUBSCRIPTION_ID" --resource-group "$RESOURCE_GROUP" --query '[0].name' --output tsv)" ||
      die "cannot list the vaults of $RESOURCE_GROUP"
    [ -n "$name" ] || die "$RESOURCE_GROUP has no vault: \`make tf-apply ROOT=env ENVIRONMENT=$ENVIRONMENT\` makes it"
  fi
  echo "$name"
}

# secret_address NAME: print where the machine reads a secret, as read-secret.sh of server/ takes it.
secret_address() {
  local name
  name="$(vault)" || return
  echo "https://$name.vault.azure.net/secrets/$1"
}

# put_secret NAME VALUE: write it to the Key Vault; what was there becomes an older version. Whoever may change the vault may do that.
put_secret() {
  local name file status=0
  name="$(vault)" || return
  say "+ az rest --method put: secret $1 of the vault $name"
  if dry; then return; fi
  tool az jq
  # In a file of this user alone: the list of processes is for all to read.
  file="$(mktemp)" || return
  printf '%s' "$2" | jq -Rs '{properties: {value: .}}' >"$file"
  az rest --method put --output none --body "@$file" --url \
    "https://management.azure.com/subscriptions/$AZURE_SUBSCRIPTION_ID/resourceGroups/$RESOURCE_GROUP/providers/Microsoft.KeyVault/vaults/$name/secrets/$1?api-version=2023-07-01" ||
    status=$?
  rm -f "$file"
  return "$status"
}

# tunnel MACHINE PORT: lead a port of this computer to the same one of the machine, until Ctrl-C.
tunnel() {
  local bastion machine
  if dry; then
    say "+ az network bastion tunnel: port $2 of $1"
    return
  fi
  need AZURE_SUBSCRIPTION_ID
  tool az
  log_in
  bastion="$(az network bastion list --subscription "$AZURE_SUBSCRIPTION_ID" --resource-group "$RESOURCE_GROUP" --query '[0].name' --output tsv)" || bastion=""
  [ -n "$bastion" ] || die "$ENVIRONMENT has no Bastion now, because it costs by the hour: monitoring/README.md, \"Looking at it\""
  machine="$(az vm show --subscription "$AZURE_SUBSCRIPTION_ID" --resource-group "$RESOURCE_GROUP" --name "$1" --query id --output tsv)" ||
    die "Azure has no machine $1 in $RESOURCE_GROUP"
  az network bastion tunnel --subscription "$AZURE_SUBSCRIPTION_ID" --resource-group "$RESOURCE_GROUP" --name "$bastion" \
    --target-resource-id "$machine" --resource-port "$2" --port "$2"
}
