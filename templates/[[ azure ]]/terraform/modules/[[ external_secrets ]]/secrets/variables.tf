variable "name" {
  description = "Service and environment."
  type        = string
}

variable "resource_group_name" {
  description = "Resource group of vault and identity."
  type        = string
}

variable "region" {
  description = "Region of vault and identity."
  type        = string
}

variable "tags" {
  description = "Tags of everything that is made."
  type        = map(string)
}

variable "vault_name" {
  description = "Name of the vault; such names are shared by all of Azure."
  type        = string
}

variable "secrets" {
  description = "Names of the secrets."
  type        = set(string)
}

variable "writer_group_object_ids" {
  description = "Entra groups that write the values."
  type        = list(string)
}

variable "cluster_issuer" {
  description = "Address under which the cluster issues tokens."
  type        = string
}

variable "account" {
  description = "ServiceAccount that reads, as <namespace>:<name>."
  type        = string
}
