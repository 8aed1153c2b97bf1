# The one registry of the service. dev, qa and prod pull the same digest from it: an image is promoted, never rebuilt.
# Premium is what spreads it over the zones of the region and deletes what has lost its tag. The pipeline takes no tag away
# (ci/push.sh), so every image stays that prod may roll back to.

resource "azurerm_container_registry" "this" {
  #checkov:skip=CKV_AZURE_164:No registry gets content trust since May 2026: there is nothing to switch on
  #checkov:skip=CKV_AZURE_165:One region runs the service; a replica elsewhere would cost as much again and serve no one
  #checkov:skip=CKV_AZURE_166:Quarantine hides an image until something releases it; here the pipeline scans before it pushes
  name                = var.name
  resource_group_name = var.resource_group_name
  location            = var.region
  tags                = var.tags
  sku                 = "Premium"

  # Entra logins only.
  admin_enabled          = false
  anonymous_pull_enabled = false

  public_network_access_enabled = var.private_endpoint_subnet_id == null
  data_endpoint_enabled         = true
  zone_redundancy_enabled       = true
  retention_policy_in_days      = var.untagged_days

  # The images that prod may have to roll back to are only here.
  lifecycle {
    prevent_destroy = true
  }
}

resource "azurerm_private_endpoint" "this" {
  count = var.private_endpoint_subnet_id == null ? 0 : 1

  name                = var.name
  resource_group_name = var.resource_group_name
  location            = var.region
  tags                = var.tags
  subnet_id           = var.private_endpoint_subnet_id

  private_service_connection {
    name                           = "registry"
    private_connection_resource_id = azurerm_container_registry.this.id
    subresource_names              = ["registry"]
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
