# One environment on a cluster of the platform: the identities of the pipeline. dev, qa and prod are this same code with
# another file of values; tests/environments.tftest.hcl fails when they would differ in more than that.

locals {
  name = "${var.service}-${var.environment}"
  tags = { service = var.service, environment = var.environment, managed-by = "terraform" }

  shared_subscription = coalesce(var.shared_subscription_id, var.subscription_id)
  registry_id         = "/subscriptions/${local.shared_subscription}/resourceGroups/${var.service}-shared/providers/Microsoft.ContainerRegistry/registries/${var.registry_name}"
  state_container_id  = "/subscriptions/${local.shared_subscription}/resourceGroups/${var.service}-tfstate/providers/Microsoft.Storage/storageAccounts/${var.state_storage_account}/blobServices/default/containers/tfstate"
  deploy_pipelines = { for name, pipeline in var.pipelines : name => {
    issuer   = pipeline.issuer
    audience = pipeline.audience
    subjects = [pipeline.deploy_subjects[var.environment]]
  } }

  drift_pipelines = { for name, pipeline in var.pipelines : name => {
    issuer   = pipeline.issuer
    audience = pipeline.audience
    subjects = [pipeline.drift_subjects[var.environment]]
  } }
}

data "azurerm_client_config" "current" {}

resource "azurerm_resource_group" "this" {
  name     = local.name
  location = var.region
  tags     = local.tags
}

# Network, cluster, gateway and monitoring are made and kept where the platform is. Its nodes may read the images of this
# service, which only the owner of the registry knows.
resource "azurerm_role_assignment" "nodes_pull_images" {
  scope                = local.registry_id
  role_definition_name = "AcrPull"
  principal_id         = var.nodes_principal_id
  principal_type       = "ServicePrincipal"
}

# The platform decides whether it may find the cluster, and about its rights inside: platform-request.yaml.
module "deploy_identity" {
  source = "../modules/ci-identity"

  name                = "${local.name}-deploy"
  resource_group_name = azurerm_resource_group.this.name
  region              = var.region
  tags                = local.tags
  pipelines           = local.deploy_pipelines

  roles = {
    verify_signature = { role = "AcrPull", scope = local.registry_id }
  }
}

# Reads what `plan` compares, and writes nothing: not even the lock of the state (plan -lock=false).
module "drift_identity" {
  source = "../modules/ci-identity"

  name                = "${local.name}-drift"
  resource_group_name = azurerm_resource_group.this.name
  region              = var.region
  tags                = local.tags
  pipelines           = local.drift_pipelines

  roles = {
    read_environment = { role = "Reader", scope = azurerm_resource_group.this.id }
    read_registry    = { role = "Reader", scope = local.registry_id }
    read_shared      = { role = "Reader", scope = split("/providers/", local.registry_id)[0] }
    read_container   = { role = "Reader", scope = local.state_container_id }
    read_state       = { role = "Storage Blob Data Reader", scope = local.state_container_id }
  }
}
# A cluster that this repository made before it shared one, with all that belongs to it: Terraform forgets it and deletes
# nothing. Who takes it down, and when: terraform/README.md, "From a cluster of its own".
removed {
  from = module.cluster

  lifecycle {
    destroy = false
  }
}

removed {
  from = module.network

  lifecycle {
    destroy = false
  }
}

removed {
  from = azurerm_log_analytics_workspace.this

  lifecycle {
    destroy = false
  }
}

# Rights of the pipeline's identities on that cluster. A name of its own, so that it can be forgotten too.
moved {
  from = module.deploy_identity.azurerm_role_assignment.this["find_cluster"]
  to   = azurerm_role_assignment.deploy_to_former_cluster
}

removed {
  from = azurerm_role_assignment.deploy_to_former_cluster

  lifecycle {
    destroy = false
  }
}

moved {
  from = module.drift_identity.azurerm_role_assignment.this["read_cluster"]
  to   = azurerm_role_assignment.read_former_cluster
}

removed {
  from = azurerm_role_assignment.read_former_cluster

  lifecycle {
    destroy = false
  }
}
