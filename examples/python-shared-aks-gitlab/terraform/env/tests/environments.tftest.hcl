# dev, qa and prod are the same but for name, subscription and cluster.
# Runs without a subscription: make tf-test
# dev is applied, with what Azure would answer made up; qa and prod are planned.

mock_provider "azurerm" {
  source = "./tests/mocks"
}

# Values that the owner fills in have a test value here, so that the tests run before and after.
variables {
  subscription_id    = "00000000-0000-4000-8000-000000000001"
  nodes_principal_id = "00000000-0000-4000-8000-000000000002"
  pipelines = {
    example = {
      issuer   = "token.actions.githubusercontent.com"
      audience = "api://AzureADTokenExchange"

      deploy_subjects = {
        dev  = "repo:acme@1001/service@2002:environment:dev"
        qa   = "repo:acme@1001/service@2002:environment:qa"
        prod = "repo:acme@1001/service@2002:environment:prod"
      }

      drift_subjects = {
        dev  = "repo:acme@1001/service@2002:ref:refs/heads/main"
        qa   = "repo:acme@1001/service@2002:ref:refs/heads/main"
        prod = "repo:acme@1001/service@2002:ref:refs/heads/main"
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
    condition     = toset(keys(output.dev)) == toset(["cluster_name", "cluster_resource_group", "environment", "nodes_principal_id", "subscription_id"])
    error_message = "Environments may differ in subscription, cluster, its nodes and name; everything else belongs in common.tfvars."
  }
  assert {
    condition     = length(distinct([for values in [output.dev, output.qa, output.prod] : "${values.subscription_id}/${values.cluster_resource_group}/${values.cluster_name}"])) == 3
    error_message = "Each environment runs on a cluster of its own."
  }
}

run "dev" {
  variables {
    environment            = run.values.dev.environment
    cluster_name           = run.values.dev.cluster_name
    cluster_resource_group = run.values.dev.cluster_resource_group
    service                = run.values.common.service
    region                 = run.values.common.region
    registry_name          = run.values.common.registry_name
    state_storage_account  = run.values.common.state_storage_account
    shared_subscription_id = run.values.common.shared_subscription_id
  }

  assert {
    condition     = output.cluster_name == run.values.dev.cluster_name && output.resource_group == run.values.dev.cluster_resource_group
    error_message = "The pipeline looks for the cluster by this name."
  }
  assert {
    condition     = module.deploy_identity.trusted_subjects == tolist(["repo:acme@1001/service@2002:environment:dev"])
    error_message = "Only a job of the environment dev may deploy to dev."
  }
  assert {
    condition     = module.drift_identity.trusted_subjects == tolist(["repo:acme@1001/service@2002:ref:refs/heads/main"])
    error_message = "The comparison runs on main."
  }
  assert {
    condition     = output.deploy_identity_client_id != "" && output.drift_identity_client_id != "" && output.subscription_id == var.subscription_id
    error_message = "The pipeline takes its variables from the outputs."
  }
}

run "qa" {
  command = plan

  variables {
    environment            = run.values.qa.environment
    cluster_name           = run.values.qa.cluster_name
    cluster_resource_group = run.values.qa.cluster_resource_group
    service                = run.values.common.service
    region                 = run.values.common.region
    registry_name          = run.values.common.registry_name
    state_storage_account  = run.values.common.state_storage_account
    shared_subscription_id = run.values.common.shared_subscription_id
  }

  assert {
    condition     = output.cluster_name == run.values.qa.cluster_name && output.resource_group == run.values.qa.cluster_resource_group
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
    cluster_name           = run.values.prod.cluster_name
    cluster_resource_group = run.values.prod.cluster_resource_group
    service                = run.values.common.service
    region                 = run.values.common.region
    registry_name          = run.values.common.registry_name
    state_storage_account  = run.values.common.state_storage_account
    shared_subscription_id = run.values.common.shared_subscription_id
  }

  assert {
    condition     = output.cluster_name == run.values.prod.cluster_name && output.resource_group == run.values.prod.cluster_resource_group
    error_message = "The pipeline looks for the cluster by this name."
  }
  assert {
    condition     = output.shape == run.dev.shape
    error_message = "prod differs from dev."
  }
}
