# dev, qa and prod are the same but for name, subscription, addresses, administrators and the day of maintenance.
# Runs without a subscription: make tf-test
# dev is applied, with what Azure would answer made up; qa and prod are planned.

mock_provider "azurerm" {
  source = "./tests/mocks"
}

# Values that the owner fills in have a test value here, so that the tests run before and after.
variables {
  subscription_id        = "00000000-0000-4000-8000-000000000001"
  admin_group_object_ids = ["00000000-0000-4000-8000-000000000002"]
  pipelines = {
    example = {
      issuer   = "token.actions.githubusercontent.com"
      audience = "api://AzureADTokenExchange"

      deploy_subjects = {
        dev  = "repo:acme@1001/service@2002:environment:dev"
        qa   = "repo:acme@1001/service@2002:environment:qa"
        prod = "repo:acme@1001/service@2002:environment:prod"
      }
    }
  }
}

run "values" {
  command = plan

  module {
    source = "./tests/values"
  }

  assert {
    condition     = keys(output.dev) == keys(output.qa) && keys(output.qa) == keys(output.prod)
    error_message = "dev.tfvars, qa.tfvars and prod.tfvars must set the same variables."
  }
  assert {
    condition     = toset(keys(output.dev)) == toset(["admin_group_object_ids", "environment", "maintenance_day", "subscription_id", "vnet_cidr"])
    error_message = "Environments may differ in subscription, administrators, name, addresses and day of maintenance; everything else belongs in common.tfvars."
  }
  assert {
    condition     = length(distinct([output.dev.vnet_cidr, output.qa.vnet_cidr, output.prod.vnet_cidr])) == 3
    error_message = "Each environment needs addresses of its own."
  }
  assert {
    condition     = length(distinct([output.dev.maintenance_day, output.qa.maintenance_day, output.prod.maintenance_day])) == 3
    error_message = "A patch that breaks dev must not reach prod on the same day."
  }
}

run "dev" {
  variables {
    environment            = run.values.dev.environment
    vnet_cidr              = run.values.dev.vnet_cidr
    maintenance_day        = run.values.dev.maintenance_day
    service                = run.values.common.service
    region                 = run.values.common.region
    kubernetes_version     = run.values.common.kubernetes_version
    node_vm_size           = run.values.common.node_vm_size
    node_min               = run.values.common.node_min
    node_max               = run.values.common.node_max
    node_disk_gib          = run.values.common.node_disk_gib
    disk_encryption_set_id = run.values.common.disk_encryption_set_id
    api_allowed_cidrs      = run.values.common.api_allowed_cidrs
    state_storage_account  = run.values.common.state_storage_account
    shared_subscription_id = run.values.common.shared_subscription_id
    log_retention_days     = run.values.common.log_retention_days
  }

  assert {
    condition     = output.cluster_name == "${var.service}-dev" && output.resource_group == "${var.service}-dev"
    error_message = "The pipeline looks for the cluster by this name."
  }
  assert {
    condition     = module.deploy_identity.trusted_subjects == tolist(["repo:acme@1001/service@2002:environment:dev"])
    error_message = "Only a job of the environment dev may deploy to dev."
  }
  assert {
    condition     = output.deploy_identity_client_id != "" && output.subscription_id == var.subscription_id
    error_message = "The pipeline takes its variables from the outputs."
  }
  assert {
    condition     = (output.shape.cluster.private_api || length(var.api_allowed_cidrs) > 0) && !output.shape.cluster.local_accounts
    error_message = "The Kubernetes API is public only to listed addresses, and knows only Entra logins."
  }
  assert {
    condition     = output.shape.network.open_ports == tolist(["443", "80"]) && !output.shape.network.default_egress
    error_message = "Two ports open to the internet, and one way out."
  }
}

run "qa" {
  command = plan

  variables {
    environment            = run.values.qa.environment
    vnet_cidr              = run.values.qa.vnet_cidr
    maintenance_day        = run.values.qa.maintenance_day
    service                = run.values.common.service
    region                 = run.values.common.region
    kubernetes_version     = run.values.common.kubernetes_version
    node_vm_size           = run.values.common.node_vm_size
    node_min               = run.values.common.node_min
    node_max               = run.values.common.node_max
    node_disk_gib          = run.values.common.node_disk_gib
    disk_encryption_set_id = run.values.common.disk_encryption_set_id
    api_allowed_cidrs      = run.values.common.api_allowed_cidrs
    state_storage_account  = run.values.common.state_storage_account
    shared_subscription_id = run.values.common.shared_subscription_id
    log_retention_days     = run.values.common.log_retention_days
  }

  assert {
    condition     = output.cluster_name == "${var.service}-qa" && output.resource_group == "${var.service}-qa"
    error_message = "The pipeline looks for the cluster by this name."
  }
  assert {
    condition     = output.shape == run.dev.shape
    error_message = "qa differs from dev."
  }
}

run "prod" {
  command = plan

  variables {
    environment            = run.values.prod.environment
    vnet_cidr              = run.values.prod.vnet_cidr
    maintenance_day        = run.values.prod.maintenance_day
    service                = run.values.common.service
    region                 = run.values.common.region
    kubernetes_version     = run.values.common.kubernetes_version
    node_vm_size           = run.values.common.node_vm_size
    node_min               = run.values.common.node_min
    node_max               = run.values.common.node_max
    node_disk_gib          = run.values.common.node_disk_gib
    disk_encryption_set_id = run.values.common.disk_encryption_set_id
    api_allowed_cidrs      = run.values.common.api_allowed_cidrs
    state_storage_account  = run.values.common.state_storage_account
    shared_subscription_id = run.values.common.shared_subscription_id
    log_retention_days     = run.values.common.log_retention_days
  }

  assert {
    condition     = output.cluster_name == "${var.service}-prod" && output.resource_group == "${var.service}-prod"
    error_message = "The pipeline looks for the cluster by this name."
  }
  assert {
    condition     = output.shape == run.dev.shape
    error_message = "prod differs from dev."
  }
}
