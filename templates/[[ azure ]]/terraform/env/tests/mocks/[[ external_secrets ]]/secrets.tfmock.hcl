mock_resource "azurerm_key_vault" {
  defaults = { id = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/mock/providers/Microsoft.KeyVault/vaults/mock" }
}
