service               = "my-service"
region                = "westeurope"
subscription_id       = "" # fill in: az account show --query id --output tsv
state_storage_account = "stmyserviced9b53465"

# The people who apply this code. fill in: az ad group show --group <name> --query id --output tsv
admin_group_object_id = ""

# Null: reached from anywhere with an Entra login, by hosted runners too. Otherwise the id of a subnet that runners and
# people can reach, and whose DNS knows the private address.
# (`private_dns_zone_id` writes it into a private DNS zone; a policy of your company may do so by itself).
private_endpoint_subnet_id = null
