# Values that would let others in, or fail half-way through an apply, are refused before anything is made.

mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  environment         = "dev"
  service             = "service"
  region              = "eu-central-1"
  account_id          = "111122223333"
  vpc_cidr            = "10.10.0.0/16"
  availability_zones  = ["eu-central-1a", "eu-central-1b"]
  servers             = 3
  monitoring          = true
  instance_type       = "t3.micro"
  disk_gib            = 10
  monitoring_disk_gib = 20
  monitoring_type     = "t3.small"
  egress_ports        = [80, 443]
  host                = { dev = "service.dev.example.com", qa = "service.qa.example.com", prod = "service.prod.example.com" }
  hosted_zone_id      = ""
  registry_account_id = ""
  certificate_arn     = "arn:aws:acm:eu-central-1:111122223333:certificate/mock"
  state_bucket        = "state"
  log_retention_days  = 365
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

run "more_than_five_servers_are_refused" {
  command = plan

  variables {
    servers = 6
  }

  expect_failures = [var.servers]
}

run "no_servers_are_refused" {
  command = plan

  variables {
    servers = 0
  }

  expect_failures = [var.servers]
}

run "packages_and_commands_need_a_way_out" {
  command = plan

  variables {
    egress_ports = [5432]
  }

  expect_failures = [var.egress_ports]
}

run "record_in_a_zone_of_route_53" {
  command = plan

  variables {
    hosted_zone_id = "Z0123456789ABCDEFGHIJ"
  }

  assert {
    condition     = module.servers.record == "service.dev.example.com"
    error_message = "With a zone the host name gets its record."
  }
}

run "zone_has_the_id_of_a_zone" {
  command = plan

  variables {
    hosted_zone_id = "/hostedzone/Z0123456789ABCDEFGHIJ"
  }

  expect_failures = [var.hosted_zone_id]
}

run "certificate_must_be_filled_in" {
  command = plan

  variables {
    certificate_arn = ""
  }

  expect_failures = [var.certificate_arn]
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
