output "state_storage_account" {
  description = "Account of all other states; the *.azurerm.tfbackend files name it."
  value       = azurerm_storage_account.state.name
}

output "state_container" {
  description = "Container of all other states."
  value       = azurerm_storage_container.state.name
}
