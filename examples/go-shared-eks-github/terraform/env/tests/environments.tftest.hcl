# dev, qa and prod are the same but for name, account and cluster.
# Runs without an account: terraform -chdir=terraform/env test
# dev is applied, with what AWS would answer made up; qa and prod are planned.

mock_provider "aws" {
  source = "./tests/mocks"
}

# Values that the owner fills in have a test value here, so that the tests run before and after.
variables {
  account_id = "111122223333"
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
    condition     = toset(keys(output.dev)) == toset(["account_id", "cluster_name", "environment"])
    error_message = "Environments may differ in account, cluster and name; everything else belongs in common.tfvars."
  }
  assert {
    condition     = length(distinct([for values in [output.dev, output.qa, output.prod] : "${values.account_id}/${values.cluster_name}"])) == 3
    error_message = "Each environment runs on a cluster of its own."
  }
}

run "dev" {
  variables {
    environment  = run.values.dev.environment
    cluster_name = run.values.dev.cluster_name
    service      = run.values.common.service
    region       = run.values.common.region
    state_bucket = run.values.common.state_bucket
  }

  assert {
    condition     = output.cluster_name == run.values.dev.cluster_name
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
}

run "qa" {
  command = plan

  variables {
    environment  = run.values.qa.environment
    cluster_name = run.values.qa.cluster_name
    service      = run.values.common.service
    region       = run.values.common.region
    state_bucket = run.values.common.state_bucket
  }

  assert {
    condition     = output.cluster_name == run.values.qa.cluster_name
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
    environment  = run.values.prod.environment
    cluster_name = run.values.prod.cluster_name
    service      = run.values.common.service
    region       = run.values.common.region
    state_bucket = run.values.common.state_bucket
  }

  assert {
    condition     = output.cluster_name == run.values.prod.cluster_name
    error_message = "The pipeline looks for the cluster by this name."
  }
  assert {
    condition     = output.shape == run.dev.shape
    error_message = "prod differs from dev."
  }
}
