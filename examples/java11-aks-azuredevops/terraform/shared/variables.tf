variable "service" {
  description = "Name of the service."
  type        = string

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$", var.service)) && !strcontains(var.service, "--")
    error_message = "service: 1 to 20 lower-case letters, digits and single dashes, starting with a letter."
  }
}

variable "region" {
  description = "Region of the image registry."
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

variable "registry_name" {
  description = "Name of the registry. Names of registries are shared by all of Azure."
  type        = string

  validation {
    condition     = can(regex("^[a-zA-Z0-9]{5,50}$", var.registry_name))
    error_message = "registry_name: 5 to 50 letters and digits."
  }
}

variable "key_vault" {
  description = "Name of the vault of the key that signs. Names of vaults are shared by all of Azure."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{2,23}$", var.key_vault))
    error_message = "key_vault: 3 to 24 lower-case letters and digits, starting with a letter."
  }
}

variable "admin_group_object_id" {
  description = "Entra group of those who apply this code: they may make the key."
  type        = string

  validation {
    condition     = can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", var.admin_group_object_id))
    error_message = "admin_group_object_id: fill in what `az ad group show --group <name> --query id --output tsv` prints."
  }
}

variable "private_endpoint_subnet_id" {
  description = "Subnet for a private address of the registry and the vault, which closes the public one. Null: reached from anywhere, with an Entra login."
  type        = string
}

variable "registry_dns_zone_id" {
  description = "Private DNS zone privatelink.azurecr.io, linked with the networks that pull images; the private address is written into it. Null: a policy of the company does that, or no private address exists."
  type        = string
  default     = null

  validation {
    condition     = var.registry_dns_zone_id == null ? true : endswith(var.registry_dns_zone_id, "/privateDnsZones/privatelink.azurecr.io")
    error_message = "registry_dns_zone_id: the id of a private DNS zone named privatelink.azurecr.io."
  }
}

variable "vault_dns_zone_id" {
  description = "Private DNS zone privatelink.vaultcore.azure.net, linked with the networks that sign and verify; the private address is written into it. Null: a policy of the company does that, or no private address exists."
  type        = string
  default     = null

  validation {
    condition     = var.vault_dns_zone_id == null ? true : endswith(var.vault_dns_zone_id, "/privateDnsZones/privatelink.vaultcore.azure.net")
    error_message = "vault_dns_zone_id: the id of a private DNS zone named privatelink.vaultcore.azure.net."
  }
}

variable "pipelines" {
  description = "Pipelines that may push images, by CI system: token issuer (host name and path), audience, and the exact subjects."
  type = map(object({
    issuer   = string
    audience = string
    subjects = list(string)
  }))

  validation {
    condition     = length(var.pipelines) > 0
    error_message = "pipelines: at least one, or no pipeline could push."
  }

  validation {
    condition = alltrue(flatten([for pipeline in var.pipelines : [
      for value in concat([pipeline.issuer], pipeline.subjects) : !can(regex("[A-Z]{3,}_[A-Z]{2,}", value))
    ]]))
    error_message = "pipelines: replace the words in capitals, such as OWNER_ID, by the values of your repository (terraform/README.md, step 1)."
  }
}
