# Resources that exist once and serve dev, qa and prod alike: the image registry, the key that signs what is in it, and the identity
# of the pipeline that builds.

locals {
  tags = { service = var.service, managed-by = "terraform" }
}

data "azurerm_client_config" "current" {}

resource "azurerm_resource_group" "this" {
  name     = "${var.service}-shared"
  location = var.region
  tags     = local.tags
}

module "registry" {
  source = "../modules/registry"

  name                       = var.registry_name
  resource_group_name        = azurerm_resource_group.this.name
  region                     = var.region
  tags                       = local.tags
  private_endpoint_subnet_id = var.private_endpoint_subnet_id
  private_dns_zone_id        = var.registry_dns_zone_id
}

module "signing_key" {
  source = "../modules/signing-key"

  service                    = var.service
  vault_name                 = var.key_vault
  resource_group_name        = azurerm_resource_group.this.name
  resource_group_id          = azurerm_resource_group.this.id
  region                     = var.region
  tags                       = local.tags
  admin_group_object_id      = var.admin_group_object_id
  private_endpoint_subnet_id = var.private_endpoint_subnet_id
  private_dns_zone_id        = var.vault_dns_zone_id
}

module "build_identity" {
  source = "../modules/ci-identity"

  name                = "${var.service}-build"
  resource_group_name = azurerm_resource_group.this.name
  region              = var.region
  tags                = local.tags
  pipelines           = var.pipelines

  roles = {
    push = { role = "AcrPush", scope = module.registry.id }
    sign = { role = "Key Vault Crypto User", scope = module.signing_key.id }
  }
}
