# One environment: network, cluster, and the identities of the pipeline. dev, qa and prod are this same code with
# another file of values; tests/environments.tftest.hcl fails when they would differ in more than that.

locals {
  name = "${var.service}-${var.environment}"
  tags = { service = var.service, environment = var.environment, managed-by = "terraform" }

  shared_subscription = coalesce(var.shared_subscription_id, var.subscription_id)
  state_container_id  = "/subscriptions/${local.shared_subscription}/resourceGroups/${var.service}-tfstate/providers/Microsoft.Storage/storageAccounts/${var.state_storage_account}/blobServices/default/containers/tfstate"
  deploy_pipelines = { for name, pipeline in var.pipelines : name => {
    issuer   = pipeline.issuer
    audience = pipeline.audience
    subjects = [pipeline.deploy_subjects[var.environment]]
  } }
}

data "azurerm_client_config" "current" {}

resource "azurerm_resource_group" "this" {
  name     = local.name
  location = var.region
  tags     = local.tags
}

resource "azurerm_log_analytics_workspace" "this" {
  name                = local.name
  resource_group_name = azurerm_resource_group.this.name
  location            = var.region
  tags                = local.tags
  sku                 = "PerGB2018"
  retention_in_days   = var.log_retention_days
}

module "network" {
  source = "../modules/network"

  name                = local.name
  resource_group_name = azurerm_resource_group.this.name
  region              = var.region
  tags                = local.tags
  cidr                = var.vnet_cidr
}

module "cluster" {
  source = "../modules/cluster"

  name                       = local.name
  resource_group_name        = azurerm_resource_group.this.name
  region                     = var.region
  tags                       = local.tags
  kubernetes_version         = var.kubernetes_version
  subnet_id                  = module.network.subnet_id
  api_allowed_cidrs          = var.api_allowed_cidrs
  nat_address                = module.network.nat_address
  admin_group_object_ids     = var.admin_group_object_ids
  node_vm_size               = var.node_vm_size
  node_min                   = var.node_min
  node_max                   = var.node_max
  node_disk_gib              = var.node_disk_gib
  disk_encryption_set_id     = var.disk_encryption_set_id
  maintenance_day            = var.maintenance_day
  log_analytics_workspace_id = azurerm_log_analytics_workspace.this.id
}

# Azure's roles let it find the cluster, and read in the state as whom Kubernetes knows the pipelines of the services
# (services.tf). Its rights inside are a ClusterRole: platform/deployer-role.yaml.
module "deploy_identity" {
  source = "../modules/ci-identity"

  name                = "${local.name}-deploy"
  resource_group_name = azurerm_resource_group.this.name
  region              = var.region
  tags                = local.tags
  pipelines           = local.deploy_pipelines

  roles = {
    find_cluster   = { role = "Azure Kubernetes Service Cluster User Role", scope = module.cluster.id }
    read_container = { role = "Reader", scope = local.state_container_id }
    read_state     = { role = "Storage Blob Data Reader", scope = local.state_container_id }
  }
}
