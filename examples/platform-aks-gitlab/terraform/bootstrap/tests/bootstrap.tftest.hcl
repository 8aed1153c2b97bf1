# Runs without a subscription: make tf-test

mock_provider "azurerm" {
  # The tests plan only: what must not be destroyed could not be cleaned up after an apply.
  override_during = plan

  mock_resource "azurerm_storage_account" {
    defaults = { id = "/subscriptions/00000000-0000-4000-8000-000000000000/resourceGroups/state/providers/Microsoft.Storage/storageAccounts/state" }
  }
}

variables {
  subscription_id       = "00000000-0000-4000-8000-000000000001"
  admin_group_object_id = "00000000-0000-4000-8000-000000000002"
}

run "state_is_versioned_and_has_no_keys" {
  command = plan

  assert {
    condition     = azurerm_storage_account.state.blob_properties[0].versioning_enabled
    error_message = "Without versions a damaged state is lost."
  }
  assert {
    condition     = !azurerm_storage_account.state.shared_access_key_enabled && !azurerm_storage_account.state.allow_nested_items_to_be_public
    error_message = "The state is read with an Entra login, and by no one else."
  }
  assert {
    condition     = output.state_storage_account == var.state_storage_account && output.state_container == "tfstate"
    error_message = "The outputs must name what was made."
  }
}

run "a_private_address_closes_the_public_one" {
  command = plan

  variables {
    private_endpoint_subnet_id = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/hub/providers/Microsoft.Network/virtualNetworks/hub/subnets/endpoints"
    private_dns_zone_id        = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/hub/providers/Microsoft.Network/privateDnsZones/privatelink.blob.core.windows.net"
  }

  assert {
    condition     = length(azurerm_private_endpoint.state[0].private_dns_zone_group) == 1
    error_message = "The private address must be written into the zone, or the name resolves to the public one."
  }
  assert {
    condition     = !azurerm_storage_account.state.public_network_access_enabled && length(azurerm_private_endpoint.state) == 1
    error_message = "With a private endpoint the public address must be closed."
  }
}

run "a_zone_of_another_name_is_refused" {
  command = plan

  variables {
    private_dns_zone_id = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/hub/providers/Microsoft.Network/privateDnsZones/acme.internal"
  }

  expect_failures = [var.private_dns_zone_id]
}

run "shortest_names_are_accepted" {
  command = plan

  variables {
    service               = "a"
    state_storage_account = "sta"
  }
}

run "longest_names_are_accepted" {
  command = plan

  variables {
    service               = "abcdefghij-klmnopqrs"
    state_storage_account = "st1234567890123456789012"
  }
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
    admin_group_object_id = ""
  }

  expect_failures = [var.admin_group_object_id]
}

run "account_name_must_be_one_that_azure_takes" {
  command = plan

  variables {
    state_storage_account = "state-account"
  }

  expect_failures = [var.state_storage_account]
}
