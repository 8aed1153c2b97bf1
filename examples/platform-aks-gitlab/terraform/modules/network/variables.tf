variable "name" {
  description = "Name of the network, and prefix of the names of its parts."
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

variable "cidr" {
  description = "Addresses of the network: a /16."
  type        = string
}
