environment            = "qa"
subscription_id        = "" # fill in: az account show --query id --output tsv
cluster_name           = "platform-qa"
cluster_resource_group = "platform-qa"
nodes_principal_id     = "" # fill in: az aks show --resource-group platform-qa --name platform-qa --query identityProfile.kubeletidentity.objectId --output tsv
