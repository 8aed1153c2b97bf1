# Values that Azure would answer with, in the form that the provider accepts.

mock_data "azurerm_client_config" {
  defaults = { tenant_id = "00000000-0000-4000-8000-000000000005" }
}

mock_resource "azurerm_resource_group" {
  defaults = { id = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/mock" }
}

mock_resource "azurerm_log_analytics_workspace" {
  defaults = { id = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/mock/providers/Microsoft.OperationalInsights/workspaces/mock" }
}

mock_resource "azurerm_virtual_network" {
  defaults = { id = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/mock/providers/Microsoft.Network/virtualNetworks/mock" }
}

mock_resource "azurerm_subnet" {
  defaults = { id = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/mock/providers/Microsoft.Network/virtualNetworks/mock/subnets/nodes" }
}

mock_resource "azurerm_network_security_group" {
  defaults = { id = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/mock/providers/Microsoft.Network/networkSecurityGroups/mock" }
}

mock_resource "azurerm_public_ip" {
  defaults = {
    id         = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/mock/providers/Microsoft.Network/publicIPAddresses/mock"
    ip_address = "198.51.100.7"
  }
}

mock_resource "azurerm_nat_gateway" {
  defaults = { id = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/mock/providers/Microsoft.Network/natGateways/mock" }
}

mock_resource "azurerm_user_assigned_identity" {
  defaults = {
    id           = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/mock/providers/Microsoft.ManagedIdentity/userAssignedIdentities/mock"
    client_id    = "00000000-0000-4000-8000-000000000003"
    principal_id = "00000000-0000-4000-8000-000000000004"
  }
}

mock_resource "azurerm_kubernetes_cluster" {
  defaults = { id = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/mock/providers/Microsoft.ContainerService/managedClusters/mock" }
}

mock_resource "azurerm_monitor_data_collection_rule" {
  defaults = { id = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/mock/providers/Microsoft.Insights/dataCollectionRules/mock" }
}
