# Values that Azure would answer with, in the form that the provider accepts.

mock_data "azurerm_client_config" {
  defaults = { tenant_id = "00000000-0000-4000-8000-000000000003" }
}

mock_resource "azurerm_resource_group" {
  defaults = { id = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/mock" }
}

mock_resource "azurerm_user_assigned_identity" {
  defaults = {
    id           = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/mock/providers/Microsoft.ManagedIdentity/userAssignedIdentities/mock"
    client_id    = "00000000-0000-4000-8000-000000000006"
    principal_id = "00000000-0000-4000-8000-000000000007"
  }
}
