variable "service" {
  description = "Name of the service."
  type        = string

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$", var.service)) && !strcontains(var.service, "--")
    error_message = "service: 1 to 20 lower-case letters, digits and single dashes, starting with a letter."
  }
}

variable "region" {
  description = "Region of the state account."
  type        = string
}

variable "subscription_id" {
  description = "The subscription this is applied to."
  type        = string

  validation {
    condition     = can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", var.subscription_id))
    error_message = "subscription_id: fill in what `az account show --query id --output tsv` prints."
  }
}

variable "state_storage_account" {
  description = "Name of the storage account. Names of storage accounts are shared by all of Azure."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9]{3,24}$", var.state_storage_account))
    error_message = "state_storage_account: 3 to 24 lower-case letters and digits."
  }
}

variable "admin_group_object_id" {
  description = "Entra group of those who apply this code: they may read and write the state."
  type        = string

  validation {
    condition     = can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", var.admin_group_object_id))
    error_message = "admin_group_object_id: fill in what `az ad group show --group <name> --query id --output tsv` prints."
  }
}

variable "private_endpoint_subnet_id" {
  description = "Subnet for a private address of the state account, which closes the public one. Null: reached from anywhere, with an Entra login."
  type        = string
}

variable "private_dns_zone_id" {
  description = "Private DNS zone privatelink.blob.core.windows.net, linked with the networks that read the state; the private address is written into it. Null: a policy of the company does that, or no private address exists."
  type        = string
  default     = null

  validation {
    condition     = var.private_dns_zone_id == null ? true : endswith(var.private_dns_zone_id, "/privateDnsZones/privatelink.blob.core.windows.net")
    error_message = "private_dns_zone_id: the id of a private DNS zone named privatelink.blob.core.windows.net."
  }
}
