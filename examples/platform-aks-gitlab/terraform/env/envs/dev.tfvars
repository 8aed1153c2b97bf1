environment            = "dev"
subscription_id        = "" # fill in: az account show --query id --output tsv
vnet_cidr              = "10.10.0.0/16"
admin_group_object_ids = [] # fill in: az ad group show --group <name> --query id --output tsv
maintenance_day        = "Tuesday"
