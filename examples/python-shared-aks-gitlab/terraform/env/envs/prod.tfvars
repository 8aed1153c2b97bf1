environment            = "prod"
subscription_id        = "" # fill in: az account show --query id --output tsv
cluster_name           = "platform-prod"
cluster_resource_group = "platform-prod"
nodes_principal_id     = "" # fill in: az aks show --resource-group platform-prod --name platform-prod --query identityProfile.kubeletidentity.objectId --output tsv
