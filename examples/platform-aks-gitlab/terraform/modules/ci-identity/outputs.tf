output "client_id" {
  description = "Id that a pipeline logs in with."
  value       = azurerm_user_assigned_identity.this.client_id
}

output "principal_id" {
  description = "Object id: the name of the identity inside Kubernetes."
  value       = azurerm_user_assigned_identity.this.principal_id
}

output "trusted_subjects" {
  description = "Every token subject that may take the identity."
  value       = sort([for credential in azurerm_federated_identity_credential.this : credential.subject])
}
