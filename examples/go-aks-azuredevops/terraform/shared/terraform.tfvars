service         = "my-service"
region          = "westeurope"
subscription_id = "" # fill in: az account show --query id --output tsv
registry_name   = "crmyserviced9b53465"
key_vault       = "kvmyserviced9b53465"

# The people who apply this code. fill in: az ad group show --group <name> --query id --output tsv
admin_group_object_id = ""
# Null: reached from anywhere with an Entra login, by hosted runners too. Otherwise the id of a subnet that runners and
# clusters can reach, and whose DNS knows the private address.
# (`registry_dns_zone_id` and `vault_dns_zone_id` write it into a private DNS zone; a policy of your company may do so by itself).
private_endpoint_subnet_id = null

# Only runs of branch main build images.
pipelines = {
  # Fill in what the page of the service connection my-service-build shows, the issuer without https://.
  azure-devops = {
    issuer   = "CONNECTION_ISSUER"
    audience = "api://AzureADTokenExchange"
    subjects = ["CONNECTION_SUBJECT"]
  }
}
