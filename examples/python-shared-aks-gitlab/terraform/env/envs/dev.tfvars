environment            = "dev"
subscription_id        = "" # fill in: az account show --query id --output tsv
cluster_name           = "platform-dev"
cluster_resource_group = "platform-dev"
nodes_principal_id     = "" # fill in: az aks show --resource-group platform-dev --name platform-dev --query identityProfile.kubeletidentity.objectId --output tsv
