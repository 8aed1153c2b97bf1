variable "service" {
  description = "Name of the service."
  type        = string
}

variable "vault_name" {
  description = "Name of the vault."
  type        = string
}

variable "resource_group_name" {
  description = "Resource group to make it in."
  type        = string
}

variable "resource_group_id" {
  description = "Id of the same resource group."
  type        = string
}

variable "region" {
  description = "Region to make it in."
  type        = string
}

variable "tags" {
  description = "Tags of everything that can carry them."
  type        = map(string)
}

variable "admin_group_object_id" {
  description = "Entra group that administers the keys."
  type        = string
}

variable "private_endpoint_subnet_id" {
  description = "Subnet for a private address of the vault, which closes the public one. Null: reached from anywhere, with an Entra login."
  type        = string
}

variable "private_dns_zone_id" {
  description = "Private DNS zone into which the private address of the vault is written. Null: none."
  type        = string
  default     = null
}
