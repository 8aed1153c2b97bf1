output "id" {
  description = "Resource id of the registry."
  value       = azurerm_container_registry.this.id
}

output "login_server" {
  description = "Host name of the registry, as used in image names."
  value       = azurerm_container_registry.this.login_server
}
