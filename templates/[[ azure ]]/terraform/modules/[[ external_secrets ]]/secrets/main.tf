# The vault of secrets, and the identity that may read the listed ones and no others. No value is here or in the state:
# `make secret` writes it.

data "azurerm_client_config" "current" {}

#trivy:ignore:AZU-0013 for the same reason as CKV_AZURE_109
resource "azurerm_key_vault" "this" {
  #checkov:skip=CKV_AZURE_109:Whoever writes a secret has no fixed address; the vault takes an Entra login only
  #checkov:skip=CKV_AZURE_189:The same
  #checkov:skip=CKV2_AZURE_32:The same
  name                       = var.vault_name
  resource_group_name        = var.resource_group_name
  location                   = var.region
  tags                       = var.tags
  tenant_id                  = data.azurerm_client_config.current.tenant_id
  sku_name                   = "standard"
  rbac_authorization_enabled = true
  purge_protection_enabled   = true
  soft_delete_retention_days = 90
}

# Owning the subscription is not enough to write a secret.
resource "azurerm_role_assignment" "writers" {
  for_each = toset(var.writer_group_object_ids)

  scope                = azurerm_key_vault.this.id
  role_definition_name = "Key Vault Secrets Officer"
  principal_id         = each.value
  principal_type       = "Group"
}

resource "azurerm_user_assigned_identity" "reader" {
  name                = "${var.name}-secrets"
  resource_group_name = var.resource_group_name
  location            = var.region
  tags                = var.tags
}

resource "azurerm_role_assignment" "reader" {
  for_each = var.secrets

  scope                = "${azurerm_key_vault.this.id}/secrets/${each.key}"
  role_definition_name = "Key Vault Secrets User"
  principal_id         = azurerm_user_assigned_identity.reader.principal_id
  principal_type       = "ServicePrincipal"
}

# The account of Kubernetes that takes the identity.
resource "azurerm_federated_identity_credential" "reader" {
  name                      = "external-secrets"
  user_assigned_identity_id = azurerm_user_assigned_identity.reader.id
  issuer                    = var.cluster_issuer
  audience                  = ["api://AzureADTokenExchange"]
  subject                   = "system:serviceaccount:${var.account}"
}
