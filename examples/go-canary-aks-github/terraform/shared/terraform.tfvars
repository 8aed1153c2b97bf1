service         = "my-service"
region          = "westeurope"
subscription_id = "" # fill in: az account show --query id --output tsv
registry_name   = "crmyserviced9b53465"
# Null: reached from anywhere with an Entra login, by hosted runners too. Otherwise the id of a subnet that runners and
# clusters can reach, and whose DNS knows the private address.
# (`registry_dns_zone_id` writes it into a private DNS zone; a policy of your company may do so by itself).
private_endpoint_subnet_id = null

# Only runs of branch main build images.
pipelines = {
  # The numbers never change: who takes over the name of a deleted or renamed repository does not get in.
  github = {
    issuer   = "token.actions.githubusercontent.com"
    audience = "api://AzureADTokenExchange"
    subjects = ["repo:example-org@OWNER_ID/my-service@REPOSITORY_ID:ref:refs/heads/main"]
  }
}
