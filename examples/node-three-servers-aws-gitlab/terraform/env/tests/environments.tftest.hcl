# dev, qa and prod are the same but for name, account and addresses.
# Runs without an account: terraform -chdir=terraform/env test
# dev is applied, with what AWS would answer made up; qa and prod are planned.

mock_provider "aws" {
  source = "./tests/mocks"
}

# Values that the owner fills in have a test value here, so that the tests run before and after.
variables {
  account_id      = "111122223333"
  certificate_arn = "arn:aws:acm:eu-central-1:111122223333:certificate/mock"
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
    condition     = toset(keys(output.dev)) == toset(["account_id", "certificate_arn", "environment", "vpc_cidr"])
    error_message = "Environments may differ in account, certificate, name and addresses; everything else belongs in common.tfvars."
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
    servers             = run.values.common.servers
    monitoring          = run.values.common.monitoring
    instance_type       = run.values.common.instance_type
    disk_gib            = run.values.common.disk_gib
    monitoring_disk_gib = run.values.common.monitoring_disk_gib
    monitoring_type     = run.values.common.monitoring_type
    egress_ports        = run.values.common.egress_ports
    host                = run.values.common.host
    hosted_zone_id      = run.values.common.hosted_zone_id
    registry_account_id = run.values.common.registry_account_id
    state_bucket        = run.values.common.state_bucket
    log_retention_days  = run.values.common.log_retention_days
  }

  assert {
    condition     = keys(output.servers) == [for number in range(1, var.servers + 1) : "${var.service}-dev-${number}"]
    error_message = "The pipeline looks for the machines by these names."
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
    condition     = output.shape.servers.imds_v2 && output.shape.servers.encrypted
    error_message = "Machines hand out credentials by IMDSv2 alone, and their disks are encrypted."
  }
  assert {
    condition     = output.shape.servers.agent_updated
    error_message = "What takes commands on the machines keeps itself up to date."
  }
  assert {
    condition     = output.shape.servers.secrets_read == ["monitoring/chat-webhook-url", "monitoring/deadman-url"]
    error_message = "The machine that watches reads the two secrets of the monitoring, and no other."
  }
  assert {
    condition     = output.shape.servers.watcher_type == var.monitoring_type
    error_message = "The machine that watches has a size of its own."
  }
  assert {
    condition     = output.shape.servers.balanced && output.shape.servers.public_servers == 0 && length(output.shape.servers.public_ports) == 0
    error_message = "Behind the load balancer no server has a public address or a public port."
  }
  assert {
    condition     = output.shape.servers.ready == "/readyz"
    error_message = "The load balancer asks a server whether it is ready."
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
    servers             = run.values.common.servers
    monitoring          = run.values.common.monitoring
    instance_type       = run.values.common.instance_type
    disk_gib            = run.values.common.disk_gib
    monitoring_disk_gib = run.values.common.monitoring_disk_gib
    monitoring_type     = run.values.common.monitoring_type
    egress_ports        = run.values.common.egress_ports
    host                = run.values.common.host
    hosted_zone_id      = run.values.common.hosted_zone_id
    registry_account_id = run.values.common.registry_account_id
    state_bucket        = run.values.common.state_bucket
    log_retention_days  = run.values.common.log_retention_days
  }

  assert {
    condition     = keys(output.servers) == [for number in range(1, var.servers + 1) : "${var.service}-qa-${number}"]
    error_message = "The pipeline looks for the machines by these names."
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
    servers             = run.values.common.servers
    monitoring          = run.values.common.monitoring
    instance_type       = run.values.common.instance_type
    disk_gib            = run.values.common.disk_gib
    monitoring_disk_gib = run.values.common.monitoring_disk_gib
    monitoring_type     = run.values.common.monitoring_type
    egress_ports        = run.values.common.egress_ports
    host                = run.values.common.host
    hosted_zone_id      = run.values.common.hosted_zone_id
    registry_account_id = run.values.common.registry_account_id
    state_bucket        = run.values.common.state_bucket
    log_retention_days  = run.values.common.log_retention_days
  }

  assert {
    condition     = keys(output.servers) == [for number in range(1, var.servers + 1) : "${var.service}-prod-${number}"]
    error_message = "The pipeline looks for the machines by these names."
  }
  assert {
    condition     = output.shape == run.dev.shape
    error_message = "prod differs from dev."
  }
}
