# Runs without an account: terraform -chdir=terraform/shared test

mock_provider "aws" {
  # The tests plan only: what must not be destroyed could not be cleaned up after an apply.
  override_during = plan
}

variables {
  account_id = "111122223333"
  pipelines = {
    example = {
      issuer   = "token.actions.githubusercontent.com"
      audience = "sts.amazonaws.com"
    }
  }
}

run "one_provider_for_each_issuer" {
  command = plan

  assert {
    condition     = aws_iam_openid_connect_provider.pipeline["example"].url == "https://token.actions.githubusercontent.com"
    error_message = "AWS must know the issuer of the pipeline's tokens."
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

run "issuer_must_be_filled_in" {
  command = plan

  variables {
    pipelines = {
      example = {
        issuer   = "JENKINS_HOST/job/platform/oidc"
        audience = "sts.amazonaws.com"
      }
    }
  }

  expect_failures = [var.pipelines]
}
