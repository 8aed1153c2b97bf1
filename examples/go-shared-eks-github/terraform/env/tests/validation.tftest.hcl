# Values that would let others in, or fail half-way through an apply, are refused before anything is made.

mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  environment  = "dev"
  service      = "service"
  region       = "eu-central-1"
  account_id   = "111122223333"
  cluster_name = "platform-dev"
  state_bucket = "state"
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

run "shortest_name" {
  command = plan

  variables {
    service = "a"
  }

  assert {
    condition     = output.deploy_role_arn != ""
    error_message = "A name of one character must work."
  }
}

run "longest_name" {
  command = plan

  variables {
    service     = "abcdefghij-klmnopqrs"
    environment = "prod"
  }

  assert {
    condition     = output.deploy_role_arn != ""
    error_message = "A name of twenty characters must work."
  }
}

run "account_must_be_filled_in" {
  command = plan

  variables {
    account_id = ""
  }

  expect_failures = [var.account_id]
}

run "cluster_must_have_the_name_of_a_cluster" {
  command = plan

  variables {
    cluster_name = "arn:aws:eks:eu-central-1:111122223333:cluster/platform-dev"
  }

  expect_failures = [var.cluster_name]
}

run "longer_names_are_refused" {
  command = plan

  variables {
    service = "abcdefghij-klmnopqrst"
  }

  expect_failures = [var.service]
}

run "names_with_two_dashes_in_a_row_are_refused" {
  command = plan

  variables {
    service = "a--b"
  }

  expect_failures = [var.service]
}

run "environment_must_be_one_of_three" {
  command = plan

  variables {
    environment = "staging"
  }

  expect_failures = [var.environment]
}

run "repository_numbers_must_be_filled_in" {
  command = plan

  variables {
    pipelines = {
      example = {
        issuer   = "token.actions.githubusercontent.com"
        audience = "sts.amazonaws.com"

        deploy_subjects = {
          dev  = "repo:acme@OWNER_ID/service@REPOSITORY_ID:environment:dev"
          qa   = "repo:acme@OWNER_ID/service@REPOSITORY_ID:environment:qa"
          prod = "repo:acme@OWNER_ID/service@REPOSITORY_ID:environment:prod"
        }

        drift_subjects = {
          dev  = "repo:acme@1001/service@2002:ref:refs/heads/main"
          qa   = "repo:acme@1001/service@2002:ref:refs/heads/main"
          prod = "repo:acme@1001/service@2002:ref:refs/heads/main"
        }
      }
    }
  }

  expect_failures = [var.pipelines]
}
