# dev, qa and prod are the same but for name, account, addresses and administrators.
# Runs without an account: terraform -chdir=terraform/env test
# dev is applied, with what AWS would answer made up; qa and prod are planned.

mock_provider "aws" {
  source = "./tests/mocks"
}

# Values that the owner fills in have a test value here, so that the tests run before and after.
variables {
  account_id           = "111122223333"
  admin_principal_arns = ["arn:aws:iam::111122223333:role/platform-admin"]
  pipelines = {
    example = {
      issuer   = "token.actions.githubusercontent.com"
      audience = "sts.amazonaws.com"

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
    condition     = toset(keys(output.dev)) == toset(["account_id", "admin_principal_arns", "environment", "vpc_cidr"])
    error_message = "Environments may differ in account, administrators, name and addresses; everything else belongs in common.tfvars."
  }
  assert {
    condition     = length(distinct([output.dev.vpc_cidr, output.qa.vpc_cidr, output.prod.vpc_cidr])) == 3
    error_message = "Each environment needs addresses of its own."
  }
}

run "dev" {
  variables {
    environment         = run.values.dev.environment
    vpc_cidr            = run.values.dev.vpc_cidr
    service             = run.values.common.service
    region              = run.values.common.region
    availability_zones  = run.values.common.availability_zones
    single_nat_gateway  = run.values.common.single_nat_gateway
    kubernetes_version  = run.values.common.kubernetes_version
    addon_versions      = run.values.common.addon_versions
    node_instance_types = run.values.common.node_instance_types
    node_min            = run.values.common.node_min
    node_max            = run.values.common.node_max
    node_disk_gib       = run.values.common.node_disk_gib
    api_allowed_cidrs   = run.values.common.api_allowed_cidrs
    state_bucket        = run.values.common.state_bucket
    log_retention_days  = run.values.common.log_retention_days
  }

  assert {
    condition     = output.cluster_name == "${var.service}-dev"
    error_message = "The pipeline looks for the cluster by this name."
  }
  assert {
    condition     = module.deploy_role.trusted_subjects == tolist(["repo:acme@1001/service@2002:environment:dev"])
    error_message = "Only a job of the environment dev may deploy to dev."
  }
  assert {
    condition     = module.drift_role.trusted_subjects == tolist(["repo:acme@1001/service@2002:ref:refs/heads/main"])
    error_message = "The comparison runs on main."
  }
  assert {
    condition     = output.deploy_role_arn != "" && output.drift_role_arn != "" && output.region == var.region
    error_message = "The pipeline takes its variables from the outputs."
  }
  assert {
    condition     = output.shape.network.zones == length(var.availability_zones) && !output.shape.network.public_ips
    error_message = "A pair of subnets per zone, and no public addresses but those of load balancers."
  }
  assert {
    condition     = output.shape.cluster.private_api && (!output.shape.cluster.public_api || length(var.api_allowed_cidrs) > 0)
    error_message = "The Kubernetes API is public only to listed addresses."
  }
  assert {
    condition     = tomap(output.shape.cluster.addons) == var.addon_versions
    error_message = "Every add-on at the version that is written down."
  }
}

run "qa" {
  command = plan

  variables {
    environment         = run.values.qa.environment
    vpc_cidr            = run.values.qa.vpc_cidr
    service             = run.values.common.service
    region              = run.values.common.region
    availability_zones  = run.values.common.availability_zones
    single_nat_gateway  = run.values.common.single_nat_gateway
    kubernetes_version  = run.values.common.kubernetes_version
    addon_versions      = run.values.common.addon_versions
    node_instance_types = run.values.common.node_instance_types
    node_min            = run.values.common.node_min
    node_max            = run.values.common.node_max
    node_disk_gib       = run.values.common.node_disk_gib
    api_allowed_cidrs   = run.values.common.api_allowed_cidrs
    state_bucket        = run.values.common.state_bucket
    log_retention_days  = run.values.common.log_retention_days
  }

  assert {
    condition     = output.cluster_name == "${var.service}-qa"
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
    environment         = run.values.prod.environment
    vpc_cidr            = run.values.prod.vpc_cidr
    service             = run.values.common.service
    region              = run.values.common.region
    availability_zones  = run.values.common.availability_zones
    single_nat_gateway  = run.values.common.single_nat_gateway
    kubernetes_version  = run.values.common.kubernetes_version
    addon_versions      = run.values.common.addon_versions
    node_instance_types = run.values.common.node_instance_types
    node_min            = run.values.common.node_min
    node_max            = run.values.common.node_max
    node_disk_gib       = run.values.common.node_disk_gib
    api_allowed_cidrs   = run.values.common.api_allowed_cidrs
    state_bucket        = run.values.common.state_bucket
    log_retention_days  = run.values.common.log_retention_days
  }

  assert {
    condition     = output.cluster_name == "${var.service}-prod"
    error_message = "The pipeline looks for the cluster by this name."
  }
  assert {
    condition     = output.shape == run.dev.shape
    error_message = "prod differs from dev."
  }
}
