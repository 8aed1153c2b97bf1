variable "name" {
  description = "Name of the network, and prefix of the names of its parts."
  type        = string
}

variable "region" {
  description = "Region of the network."
  type        = string
}

variable "account_id" {
  description = "Account of the network."
  type        = string
}

variable "cidr" {
  description = "Addresses of the network: a /16."
  type        = string
}

variable "availability_zones" {
  description = "Zones that get a private and a public subnet each."
  type        = list(string)
}

variable "single_nat_gateway" {
  description = "One NAT gateway for all zones instead of one per zone: cheaper, but its zone takes the others' way out down with it."
  type        = bool
}

variable "kms_key_arn" {
  description = "Key that encrypts the flow log."
  type        = string
}

variable "log_retention_days" {
  description = "Days that the flow log is kept."
  type        = number
}
