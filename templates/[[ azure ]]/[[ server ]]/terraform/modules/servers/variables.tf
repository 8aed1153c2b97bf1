variable "name" {
  description = "Prefix of the names of the machines: <service>-<environment>."
  type        = string
}

variable "resource_group_name" {
  description = "Resource group to make them in."
  type        = string
}

variable "resource_group_id" {
  description = "The same resource group, by its id."
  type        = string
}

variable "region" {
  description = "Region to make them in."
  type        = string
}

variable "tags" {
  description = "Tags of everything that can carry them."
  type        = map(string)
}

variable "zones" {
  description = "Zones that get machines in turn; none where the region has no zones."
  type        = list(string)
}

variable "subnet" {
  description = "Subnet of the servers: id and addresses."
  type        = object({ id = string, cidr = string })
}

variable "monitoring_subnet" {
  description = "Subnet of the machine that watches: id and addresses."
  type        = object({ id = string, cidr = string })
}

variable "servers" {
  description = "How many serve. From two on a load balancer is before them, and none has a public address."
  type        = number
}

variable "monitoring" {
  description = "Whether one machine more watches the others."
  type        = bool
}

variable "vm_size" {
  description = "Size of the machines (x86-64)."
  type        = string
}

variable "monitoring_vm_size" {
  description = "Size of the machine that watches (x86-64): Prometheus, Alertmanager and Grafana want more than 1 GiB."
  type        = string
}

variable "vault_name" {
  description = "Name of the vault with the secrets of the monitoring: 3 to 24 characters that no other vault of the world has."
  type        = string
}

variable "disk_gib" {
  description = "Disk of a machine, in GiB."
  type        = number
}

variable "admin_ssh_public_key" {
  description = "A key without which Azure makes no machine; no one has its private half."
  type        = string
}

variable "registry_id" {
  description = "Registry from which the machines pull."
  type        = string
}

variable "host" {
  description = "Host name of the service."
  type        = string
}

variable "dns_zone" {
  description = "DNS zone that gets the record of the host name; empty: the record is made elsewhere."
  type        = string
}

variable "dns_zone_resource_group" {
  description = "Resource group of that zone."
  type        = string
}
