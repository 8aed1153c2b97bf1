# Values that would cost a cluster its safety, or fail half-way through an apply, are refused before anything is made.

mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  environment          = "dev"
  service              = "service"
  region               = "eu-central-1"
  account_id           = "111122223333"
  vpc_cidr             = "10.10.0.0/16"
  availability_zones   = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
  admin_principal_arns = ["arn:aws:iam::111122223333:role/platform-admin"]
  single_nat_gateway   = false
  kubernetes_version   = "1.30"
  node_instance_types  = ["m6i.large"]
  node_min             = 3
  node_max             = 6
  node_disk_gib        = 50
  api_allowed_cidrs    = []
  state_bucket         = "state"
  log_retention_days   = 365
  addon_versions = {
    "aws-ebs-csi-driver"     = "v1.0.0-eksbuild.1"
    "coredns"                = "v1.0.0-eksbuild.1"
    "eks-pod-identity-agent" = "v1.0.0-eksbuild.1"
    "kube-proxy"             = "v1.0.0-eksbuild.1"
    "metrics-server"         = "v1.0.0-eksbuild.1"
    "vpc-cni"                = "v1.0.0-eksbuild.1"
  }
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
    condition     = output.cluster_name == "a-dev"
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
    condition     = output.cluster_name == "abcdefghij-klmnopqrs-prod"
    error_message = "A name of twenty characters must work."
  }
}

run "one_nat_gateway_and_a_public_api_for_listed_addresses" {
  command = plan

  variables {
    single_nat_gateway = true
    api_allowed_cidrs  = ["203.0.113.0/28"]
  }

  assert {
    condition     = output.shape.network.nat_gateways == 1 && output.shape.cluster.public_api
    error_message = "Both are choices of common.tfvars."
  }
}

run "private_addresses_do_not_make_the_api_public" {
  command = plan

  variables {
    api_allowed_cidrs = ["10.99.0.0/16"]
  }

  assert {
    condition     = !output.shape.cluster.public_api
    error_message = "Whoever comes over a joined network needs no public address."
  }
}

run "api_open_to_the_internet_is_refused" {
  command = plan

  variables {
    api_allowed_cidrs = ["0.0.0.0/0"]
  }

  expect_failures = [var.api_allowed_cidrs]
}

run "half_of_the_internet_is_refused" {
  command = plan

  variables {
    api_allowed_cidrs = ["0.0.0.0/1", "128.0.0.0/1"]
  }

  expect_failures = [var.api_allowed_cidrs]
}

run "api_range_must_be_a_range" {
  command = plan

  variables {
    api_allowed_cidrs = ["203.0.113.7"]
  }

  expect_failures = [var.api_allowed_cidrs]
}

run "account_must_be_filled_in" {
  command = plan

  variables {
    account_id = ""
  }

  expect_failures = [var.account_id]
}

run "administrators_must_be_filled_in" {
  command = plan

  variables {
    admin_principal_arns = []
  }

  expect_failures = [var.admin_principal_arns]
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

run "public_addresses_are_refused" {
  command = plan

  variables {
    vpc_cidr = "203.0.0.0/16"
  }

  expect_failures = [var.vpc_cidr]
}

run "addresses_of_services_are_refused" {
  command = plan

  variables {
    vpc_cidr = "172.20.0.0/16"
  }

  expect_failures = [var.vpc_cidr]
}

run "one_zone_is_refused" {
  command = plan

  variables {
    availability_zones = ["eu-central-1a"]
  }

  expect_failures = [var.availability_zones]
}

run "zones_of_another_region_are_refused" {
  command = plan

  variables {
    availability_zones = ["eu-central-1a", "eu-west-1b"]
  }

  expect_failures = [var.availability_zones]
}

run "unpinned_addons_are_refused" {
  command = plan

  variables {
    addon_versions = { "coredns" = "v1.0.0-eksbuild.1" }
  }

  expect_failures = [var.addon_versions]
}

run "one_node_is_refused" {
  command = plan

  variables {
    node_min = 1
  }

  expect_failures = [var.node_min]
}

run "logs_of_less_than_a_year_are_refused" {
  command = plan

  variables {
    log_retention_days = 30
  }

  expect_failures = [var.log_retention_days]
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
