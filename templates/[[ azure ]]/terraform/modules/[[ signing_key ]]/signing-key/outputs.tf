output "id" {
  description = "Resource id of the key, whichever its version: the scope of who may sign with it."
  value       = azurerm_key_vault_key.this.resource_versionless_id
}

output "address" {
  description = "Vault and name of the key, as cosign wants them."
  value       = "${replace(replace(azurerm_key_vault.this.vault_uri, "https://", ""), "/", "")}/${azurerm_key_vault_key.this.name}"
}

output "verify_role" {
  description = "Name of the role that verifies and cannot sign."
  value       = azurerm_role_definition.verify.name
}
