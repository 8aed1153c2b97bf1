# Runs without a subscription: make tf-test

mock_provider "azurerm" {
  # The tests plan only: what must not be destroyed could not be cleaned up after an apply.
  override_during = plan

  mock_resource "azurerm_container_registry" {
    defaults = {
      id           = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/shared/providers/Microsoft.ContainerRegistry/registries/registry"
      login_server = "registry.azurecr.io"
    }
  }
  mock_resource "azurerm_user_assigned_identity" {
    defaults = {
      id           = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/shared/providers/Microsoft.ManagedIdentity/userAssignedIdentities/build"
      client_id    = "00000000-0000-4000-8000-000000000003"
      principal_id = "00000000-0000-4000-8000-000000000004"
    }
  }
  mock_data "azurerm_client_config" {
    defaults = { tenant_id = "00000000-0000-4000-8000-000000000005" }
  }
}

variables {
  subscription_id = "00000000-0000-4000-8000-000000000001"
  pipelines = {
    example = {
      issuer   = "token.actions.githubusercontent.com"
      audience = "api://AzureADTokenExchange"
      subjects = ["repo:acme@1001/service@2002:ref:refs/heads/main"]
    }
  }
}

run "one_registry_and_one_build_identity" {
  command = plan

  assert {
    condition     = output.image_repository == "registry.azurecr.io/${var.service}"
    error_message = "The output must be the address of the repository."
  }
  assert {
    condition     = output.build_identity_client_id == "00000000-0000-4000-8000-000000000003"
    error_message = "The output must be the build identity."
  }
  assert {
    condition     = module.build_identity.trusted_subjects == tolist(["repo:acme@1001/service@2002:ref:refs/heads/main"])
    error_message = "Only runs of main may push."
  }
}

run "longest_names_are_accepted" {
  command = plan

  variables {
    service       = "abcdefghij-klmnopqrs"
    registry_name = "crabcdefghijklmnopqrs12345678901234567890123456789"
  }
}

run "shortest_names_are_accepted" {
  command = plan

  variables {
    service       = "a"
    registry_name = "craaa"
  }
}

run "name_must_fit_every_cloud_name" {
  command = plan

  variables {
    service = "abcdefghij-klmnopqrst"
  }

  expect_failures = [var.service]
}

run "registry_name_must_be_one_that_azure_takes" {
  command = plan

  variables {
    registry_name = "my-registry"
  }

  expect_failures = [var.registry_name]
}

run "subscription_must_be_filled_in" {
  command = plan

  variables {
    subscription_id = ""
  }

  expect_failures = [var.subscription_id]
}

run "repository_numbers_must_be_filled_in" {
  command = plan

  variables {
    pipelines = {
      example = {
        issuer   = "token.actions.githubusercontent.com"
        audience = "api://AzureADTokenExchange"
        subjects = ["repo:acme@OWNER_ID/service@REPOSITORY_ID:ref:refs/heads/main"]
      }
    }
  }

  expect_failures = [var.pipelines]
}
