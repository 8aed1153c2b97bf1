# Runs without an account: terraform -chdir=terraform/shared test

mock_provider "aws" {
  # The tests plan only: what must not be destroyed could not be cleaned up after an apply.
  override_during = plan

  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-4000-8000-000000000000" }
  }
  mock_resource "aws_ecr_repository" {
    defaults = {
      arn            = "arn:aws:ecr:eu-central-1:111122223333:repository/service"
      repository_url = "111122223333.dkr.ecr.eu-central-1.amazonaws.com/service"
    }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::111122223333:role/build" }
  }
}

variables {
  account_id = "111122223333"
  pipelines = {
    example = {
      issuer   = "token.actions.githubusercontent.com"
      audience = "sts.amazonaws.com"
      subjects = ["repo:acme@1001/service@2002:ref:refs/heads/main"]
    }
  }
}

run "one_registry_and_one_build_role" {
  command = plan

  assert {
    condition     = output.image_repository == "111122223333.dkr.ecr.eu-central-1.amazonaws.com/service"
    error_message = "The output must be the address of the repository."
  }
  assert {
    condition     = output.build_role_arn == "arn:aws:iam::111122223333:role/build"
    error_message = "The output must be the build role."
  }
  assert {
    condition     = aws_iam_openid_connect_provider.pipeline["example"].url == "https://token.actions.githubusercontent.com"
    error_message = "AWS must know the issuer of the pipeline's tokens."
  }
}

run "longest_name_is_accepted" {
  command = plan

  variables {
    service = "abcdefghij-klmnopqrs"
  }
}

run "shortest_name_is_accepted" {
  command = plan

  variables {
    service = "a"
  }
}

run "name_must_fit_every_cloud_name" {
  command = plan

  variables {
    service = "abcdefghij-klmnopqrst"
  }

  expect_failures = [var.service]
}

run "account_must_be_filled_in" {
  command = plan

  variables {
    account_id = ""
  }

  expect_failures = [var.account_id]
}

run "repository_numbers_must_be_filled_in" {
  command = plan

  variables {
    pipelines = {
      example = {
        issuer   = "token.actions.githubusercontent.com"
        audience = "sts.amazonaws.com"
        subjects = ["repo:acme@OWNER_ID/service@REPOSITORY_ID:ref:refs/heads/main"]
      }
    }
  }

  expect_failures = [var.pipelines]
}
