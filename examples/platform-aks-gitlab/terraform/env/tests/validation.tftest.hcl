# Values that would cost a cluster its safety, or fail half-way through an apply, are refused before anything is made.

mock_provider "azurerm" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  environment            = "dev"
  service                = "service"
  region                 = "westeurope"
  subscription_id        = "00000000-0000-4000-8000-000000000001"
  vnet_cidr              = "10.10.0.0/16"
  admin_group_object_ids = ["00000000-0000-4000-8000-000000000002"]
  maintenance_day        = "Tuesday"
  kubernetes_version     = "1.30"
  node_vm_size           = "Standard_D2ds_v5"
  node_min               = 3
  node_max               = 6
  node_disk_gib          = 50
  disk_encryption_set_id = null
  api_allowed_cidrs      = []
  state_storage_account  = "state"
  shared_subscription_id = null
  log_retention_days     = 365
  pipelines = {
    example = {
      issuer   = "token.actions.githubusercontent.com"
      audience = "api://AzureADTokenExchange"

      deploy_subjects = {
        dev  = "repo:acme@1001/service@2002:environment:dev"
        qa   = "repo:acme@1001/service@2002:environment:qa"
        prod = "repo:acme@1001/service@2002:environment:prod"
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

run "a_public_api_for_listed_addresses" {
  command = plan

  variables {
    api_allowed_cidrs = ["203.0.113.0/28"]
  }

  assert {
    condition     = !output.shape.cluster.private_api
    error_message = "Listed addresses reach the API."
  }
  assert {
    condition     = module.cluster.api_allowed_cidrs == toset(["203.0.113.0/28", "198.51.100.7/32"])
    error_message = "The nodes reach the API from the address of the NAT gateway."
  }
}

run "private_addresses_do_not_make_the_api_public" {
  command = plan

  variables {
    api_allowed_cidrs = ["10.99.0.0/16"]
  }

  assert {
    condition     = output.shape.cluster.private_api
    error_message = "Whoever comes over a joined network needs no public address."
  }
  assert {
    condition     = length(module.cluster.api_allowed_cidrs) == 0
    error_message = "An API without a public address has no list."
  }
}

run "every_node_pool_follows_the_kubernetes_version" {
  command = plan

  variables {
    kubernetes_version = "1.31"
  }

  assert {
    condition     = alltrue([for version in values(module.cluster.pool_versions) : version == "1.31"])
    error_message = "An upgrade of the cluster must reach the pool of the system and that of the service."
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

run "subscription_must_be_filled_in" {
  command = plan

  variables {
    subscription_id = ""
  }

  expect_failures = [var.subscription_id]
}

run "administrators_must_be_filled_in" {
  command = plan

  variables {
    admin_group_object_ids = []
  }

  expect_failures = [var.admin_group_object_ids]
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
    vnet_cidr = "203.0.0.0/16"
  }

  expect_failures = [var.vnet_cidr]
}

run "addresses_of_services_are_refused" {
  command = plan

  variables {
    vnet_cidr = "172.20.0.0/16"
  }

  expect_failures = [var.vnet_cidr]
}

run "addresses_of_pods_are_refused" {
  command = plan

  variables {
    vnet_cidr = "10.244.0.0/16"
  }

  expect_failures = [var.vnet_cidr]
}

run "maintenance_day_must_be_a_day" {
  command = plan

  variables {
    maintenance_day = "never"
  }

  expect_failures = [var.maintenance_day]
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
        audience = "api://AzureADTokenExchange"

        deploy_subjects = {
          dev  = "repo:acme@OWNER_ID/service@REPOSITORY_ID:environment:dev"
          qa   = "repo:acme@OWNER_ID/service@REPOSITORY_ID:environment:qa"
          prod = "repo:acme@OWNER_ID/service@REPOSITORY_ID:environment:prod"
        }
      }
    }
  }

  expect_failures = [var.pipelines]
}
