output "image_repository" {
  description = "Address of the image repository: the variable IMAGE of the pipeline."
  value       = "${module.registry.login_server}/${var.service}"
}

output "build_identity_client_id" {
  description = "Identity of the job that builds and pushes: the variable BUILD_CLIENT_ID of the pipeline."
  value       = module.build_identity.client_id
}

output "tenant_id" {
  description = "Entra tenant: the variable AZURE_TENANT_ID of the pipeline."
  value       = data.azurerm_client_config.current.tenant_id
}

output "subscription_id" {
  description = "Subscription of the registry: the variable AZURE_SUBSCRIPTION_ID of the pipeline."
  value       = var.subscription_id
}
