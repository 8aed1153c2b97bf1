output "client_id" {
  description = "Identity that may read the secrets."
  value       = azurerm_user_assigned_identity.reader.client_id
}

output "scopes" {
  description = "Rights of the identity to read."
  value       = sort([for assignment in azurerm_role_assignment.reader : assignment.scope])
}
