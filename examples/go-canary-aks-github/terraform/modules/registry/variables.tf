variable "name" {
  description = "Name of the registry."
  type        = string
}

variable "resource_group_name" {
  description = "Resource group to make it in."
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

variable "private_endpoint_subnet_id" {
  description = "Subnet for a private address of the registry, which closes the public one. Null: reached from anywhere, with an Entra login."
  type        = string
}

variable "private_dns_zone_id" {
  description = "Private DNS zone into which the private address of the registry is written. Null: none."
  type        = string
  default     = null
}

variable "untagged_days" {
  description = "Days after which an image that has lost its tag is deleted."
  type        = number
  default     = 14
}
