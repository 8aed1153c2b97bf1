output "cluster_name" {
  description = "Name of the cluster: the variable CLUSTER_NAME of the pipeline."
  value       = module.cluster.name
}

output "resource_group" {
  description = "Resource group of the cluster: the variable RESOURCE_GROUP of the pipeline."
  value       = azurerm_resource_group.this.name
}

output "region" {
  description = "Region of the cluster."
  value       = var.region
}

output "deploy_identity_client_id" {
  description = "Identity of the job that deploys: the variable DEPLOY_CLIENT_ID of the pipeline."
  value       = module.deploy_identity.client_id
}

output "deploy_identity_principal_id" {
  description = "The same identity as Kubernetes knows it: the user that platform/ binds to the Role of the deployer."
  value       = module.deploy_identity.principal_id
}

output "tenant_id" {
  description = "Entra tenant: the variable AZURE_TENANT_ID of the pipeline."
  value       = data.azurerm_client_config.current.tenant_id
}

output "subscription_id" {
  description = "Subscription of the environment: the variable AZURE_SUBSCRIPTION_ID of the pipeline."
  value       = var.subscription_id
}

output "service_principal_ids" {
  description = "The identities that deploy the services of the list, as Kubernetes knows them: make deploy binds them."
  value       = { for name, identity in data.azurerm_user_assigned_identity.service : name => identity.principal_id }
}

output "shape" {
  description = "Everything that must be the same in dev, qa and prod. Two environments differ when this does."
  value = {
    network  = module.network.shape
    cluster  = module.cluster.shape
    log_days = azurerm_log_analytics_workspace.this.retention_in_days
  }
}
