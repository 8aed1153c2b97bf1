# The storage account that holds the Terraform state of everything else.
# Applied once per subscription, with local state: something has to exist before a remote state can.

resource "azurerm_resource_group" "state" {
  name     = "${var.service}-tfstate"
  location = var.region
  tags     = { service = var.service, managed-by = "terraform" }
}

#trivy:ignore:AZU-0057 for the same reason as CKV2_AZURE_21
#trivy:ignore:AZU-0060 for the same reason as CKV2_AZURE_1
resource "azurerm_storage_account" "state" {
  #checkov:skip=CKV_AZURE_33:The account has no queues; azurerm 5 took the block that this looks for out of this resource
  #checkov:skip=CKV2_AZURE_1:Encrypted twice, with keys that Azure keeps; a key of our own would have to be reachable before any state is
  #checkov:skip=CKV_AZURE_35:Hosted runners have no fixed addresses; a state is read with an Entra login only, and private_endpoint_subnet_id closes the public address
  name                            = var.state_storage_account
  resource_group_name             = azurerm_resource_group.state.name
  location                        = azurerm_resource_group.state.location
  tags                            = azurerm_resource_group.state.tags
  account_kind                    = "StorageV2"
  account_tier                    = "Standard"
  account_replication_type        = "GRS"
  min_tls_version                 = "TLS1_2"
  https_traffic_only_enabled      = true
  allow_nested_items_to_be_public = false
  public_network_access_enabled   = var.private_endpoint_subnet_id == null

  # Entra logins only: no key exists that could leak.
  shared_access_key_enabled        = false
  default_to_oauth_authentication  = true
  local_user_enabled               = false
  cross_tenant_replication_enabled = false

  infrastructure_encryption_enabled = true

  sas_policy {
    expiration_action = "Block"
    expiration_period = "00.01:00:00"
  }

  # Every apply writes a new version: the way back from a damaged state.
  blob_properties {
    versioning_enabled = true

    delete_retention_policy {
      days = 90
    }

    container_delete_retention_policy {
      days = 90
    }
  }

  network_rules {
    default_action = var.private_endpoint_subnet_id == null ? "Allow" : "Deny"
    bypass         = ["AzureServices"]
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "azurerm_storage_container" "state" {
  #checkov:skip=CKV2_AZURE_21:Who reads a blob is for the diagnostic settings of the subscription to log, which are not switched on from here
  name                  = "tfstate"
  storage_account_id    = azurerm_storage_account.state.id
  container_access_type = "private"

  lifecycle {
    prevent_destroy = true
  }
}

# Owning the subscription is not enough to read a blob.
resource "azurerm_role_assignment" "state" {
  scope                = azurerm_storage_account.state.id
  role_definition_name = "Storage Blob Data Contributor"
  principal_id         = var.admin_group_object_id
  principal_type       = "Group"
}

resource "azurerm_private_endpoint" "state" {
  count = var.private_endpoint_subnet_id == null ? 0 : 1

  name                = var.state_storage_account
  resource_group_name = azurerm_resource_group.state.name
  location            = azurerm_resource_group.state.location
  tags                = azurerm_resource_group.state.tags
  subnet_id           = var.private_endpoint_subnet_id

  private_service_connection {
    name                           = "state"
    private_connection_resource_id = azurerm_storage_account.state.id
    subresource_names              = ["blob"]
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
