# The key that the pipeline signs images with. It never leaves the vault: who signs, asks for a signature.

data "azurerm_client_config" "current" {}

#trivy:ignore:AZU-0013 for the same reason as CKV_AZURE_109
resource "azurerm_key_vault" "this" {
  #checkov:skip=CKV_AZURE_109:Hosted agents have no fixed addresses; the vault takes an Entra login only, and private_endpoint_subnet_id closes the public address
  #checkov:skip=CKV_AZURE_189:The same
  name                          = var.vault_name
  resource_group_name           = var.resource_group_name
  location                      = var.region
  tags                          = var.tags
  tenant_id                     = data.azurerm_client_config.current.tenant_id
  sku_name                      = "premium" # keys in hardware
  rbac_authorization_enabled    = true
  purge_protection_enabled      = true
  soft_delete_retention_days    = 90
  public_network_access_enabled = var.private_endpoint_subnet_id == null

  network_acls {
    default_action = var.private_endpoint_subnet_id == null ? "Allow" : "Deny"
    bypass         = "None"
  }
}

# Owning the subscription is not enough to make a key.
resource "azurerm_role_assignment" "admins" {
  scope                = azurerm_key_vault.this.id
  role_definition_name = "Key Vault Crypto Officer"
  principal_id         = var.admin_group_object_id
  principal_type       = "Group"
}

#trivy:ignore:AZU-0014 for the same reason as CKV_AZURE_40
resource "azurerm_key_vault_key" "this" {
  #checkov:skip=CKV_AZURE_40:From its end on a key only verifies, so every release would stop that day; the team ends it when the next key has signed what may still be deployed
  name         = "${var.service}-signing"
  key_vault_id = azurerm_key_vault.this.id
  tags         = var.tags
  key_type     = "EC-HSM"
  curve        = "P-256"
  key_opts     = ["sign", "verify"]

  # Without it nothing could be verified, and so nothing deployed.
  lifecycle {
    prevent_destroy = true
  }

  depends_on = [azurerm_role_assignment.admins]
}

# For the pipelines that deploy: each of Azure's own roles that may verify may sign as well.
resource "azurerm_role_definition" "verify" {
  name        = "Verify signatures (${var.vault_name})"
  description = "Read the public keys of the vault and verify signatures with them."
  scope       = var.resource_group_id

  permissions {
    data_actions = [
      "Microsoft.KeyVault/vaults/keys/read",
      "Microsoft.KeyVault/vaults/keys/verify/action",
    ]
  }

  assignable_scopes = [var.resource_group_id]
}

resource "azurerm_private_endpoint" "this" {
  count = var.private_endpoint_subnet_id == null ? 0 : 1

  name                = var.vault_name
  resource_group_name = var.resource_group_name
  location            = var.region
  tags                = var.tags
  subnet_id           = var.private_endpoint_subnet_id

  private_service_connection {
    name                           = "vault"
    private_connection_resource_id = azurerm_key_vault.this.id
    subresource_names              = ["vault"]
    is_manual_connection           = false
  }

  # Without the zone the name goes on resolving to the public address, which is closed.
  dynamic "private_dns_zone_group" {
    for_each = var.private_dns_zone_id == null ? [] : [var.private_dns_zone_id]

    content {
      name                 = "default"
      private_dns_zone_ids = [private_dns_zone_group.value]
    }
  }
}
