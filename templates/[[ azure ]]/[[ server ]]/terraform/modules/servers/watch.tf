# Parts of the monitoring machine alone: an identity that reads two secrets, and the vault that holds them.

resource "azurerm_user_assigned_identity" "monitoring" {
  count = var.monitoring ? 1 : 0

  name                = "${var.name}-monitoring"
  resource_group_name = var.resource_group_name
  location            = var.region
  tags                = var.tags
}

data "azurerm_client_config" "current" {}

# Holds the addresses of the chat and of the dead-man's switch, which ci/monitoring.sh writes, and nothing else: so the right to read
# the vault is the right to read these two.
#trivy:ignore:AZU-0013 for the same reason as CKV_AZURE_109
resource "azurerm_key_vault" "monitoring" {
  #checkov:skip=CKV_AZURE_109:The machine has no fixed address to let in; the vault takes an Entra login only
  #checkov:skip=CKV_AZURE_189:The same
  #checkov:skip=CKV2_AZURE_32:A private endpoint costs as much as the machine
  count = var.monitoring ? 1 : 0

  name                       = var.vault_name
  resource_group_name        = var.resource_group_name
  location                   = var.region
  tags                       = var.tags
  tenant_id                  = data.azurerm_client_config.current.tenant_id
  sku_name                   = "standard"
  rbac_authorization_enabled = true
  purge_protection_enabled   = true
  soft_delete_retention_days = 90

  network_acls {
    default_action = "Allow"
    bypass         = "None"
  }
}

resource "azurerm_role_assignment" "read_secrets" {
  count = var.monitoring ? 1 : 0

  scope                = azurerm_key_vault.monitoring[0].id
  role_definition_name = "Key Vault Secrets User"
  principal_id         = azurerm_user_assigned_identity.monitoring[0].principal_id
  principal_type       = "ServicePrincipal"
}
