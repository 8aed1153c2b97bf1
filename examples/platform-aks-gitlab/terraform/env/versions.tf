terraform {
  required_version = ">= 1.11.0"

  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = ">= 4.65.0, < 6.0.0"
    }
  }

  # Storage account, container and key: envs/<environment>.azurerm.tfbackend.
  backend "azurerm" {}
}

provider "azurerm" {
  subscription_id                 = var.subscription_id
  resource_provider_registrations = "none" # bootstrap did it

  features {}
}
