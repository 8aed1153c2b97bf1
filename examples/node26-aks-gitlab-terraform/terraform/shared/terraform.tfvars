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
  gitlab = {
    issuer   = "gitlab.com"
    audience = "api://AzureADTokenExchange"
    subjects = ["project_path:example-org/my-service:ref_type:branch:ref:main"]
  }
}
