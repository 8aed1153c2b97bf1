# Runs without an account: terraform -chdir=terraform/bootstrap test

mock_provider "aws" {
  # The tests plan only: what must not be destroyed could not be cleaned up after an apply.
  override_during = plan

  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-4000-8000-000000000000" }
  }
  mock_resource "aws_s3_bucket" {
    defaults = { arn = "arn:aws:s3:::state" }
  }
}

variables {
  account_id = "111122223333"
}

run "state_is_versioned_encrypted_and_private" {
  command = plan

  assert {
    condition     = aws_s3_bucket_versioning.state.versioning_configuration[0].status == "Enabled"
    error_message = "Without versions a damaged state is lost."
  }
  assert {
    condition     = one(aws_s3_bucket_server_side_encryption_configuration.state.rule).apply_server_side_encryption_by_default[0].kms_master_key_id == aws_kms_key.state.arn
    error_message = "The state must be encrypted with its own key."
  }
  assert {
    condition     = aws_s3_bucket_public_access_block.state.restrict_public_buckets && aws_s3_bucket_public_access_block.state.block_public_policy
    error_message = "The state must not be readable by the public."
  }
  assert {
    condition     = output.state_bucket == var.state_bucket
    error_message = "The output must name the bucket that was made."
  }
}

run "shortest_names_are_accepted" {
  command = plan

  variables {
    service      = "a"
    state_bucket = "aaa"
  }
}

run "longest_names_are_accepted" {
  command = plan

  variables {
    service      = "abcdefghij-klmnopqrs"
    state_bucket = "a23456789012345678901234567890123456789012345678901234567890123"
  }
}

run "account_must_be_filled_in" {
  command = plan

  variables {
    account_id = ""
  }

  expect_failures = [var.account_id]
}

run "bucket_name_must_be_one_that_s3_takes" {
  command = plan

  variables {
    state_bucket = "State_Bucket"
  }

  expect_failures = [var.state_bucket]
}
