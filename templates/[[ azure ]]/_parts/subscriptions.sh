#% if not shared_cluster
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

#% endif
subscription_of() { sed -n 's/^subscription_id *= *"\(.*\)".*/\1/p' "terraform/env/envs/$1.tfvars"; }

# The subscription of each environment, in its file[[ '; what Terraform makes there must be registered' if not shared_cluster ]].
subscriptions_of_environments() {
  local environment name found[[ ' provider providers' if not shared_cluster ]]
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
#% if not shared_cluster
    providers="$(sed -n 's/^ *"\(Microsoft\.[A-Za-z]*\)".*/\1/p' terraform/bootstrap/versions.tf)"
    for provider in $providers; do
      run az provider register --namespace "$provider" --subscription "$found"
    done
#% endif
  done
}

