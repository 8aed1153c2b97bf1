variable "name" {
  description = "Name of the cluster, and prefix of the names of its parts."
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

variable "kubernetes_version" {
  description = "Kubernetes version, such as 1.36; Azure keeps its patches current."
  type        = string
}

variable "subnet_id" {
  description = "Subnet of the nodes."
  type        = string
}

variable "api_allowed_cidrs" {
  description = "Addresses outside the network that may reach the Kubernetes API: private ones of joined networks, public ones of the internet. No public one: the API has no public address."
  type        = list(string)
}

variable "nat_address" {
  description = "Public address that the nodes go out with. They reach a public Kubernetes API from there."
  type        = string
}

variable "admin_group_object_ids" {
  description = "Entra groups that administer the cluster."
  type        = list(string)
}

variable "node_vm_size" {
  description = "Machine size of the nodes; it needs a local disk for the system."
  type        = string
}

variable "node_min" {
  description = "Fewest nodes of the service."
  type        = number
}

variable "node_max" {
  description = "Most nodes of the service."
  type        = number
}

variable "node_disk_gib" {
  description = "Disk of a node, in GiB."
  type        = number
}

variable "disk_encryption_set_id" {
  description = "Disk encryption set with a key of your own for volumes. Null: keys that Azure keeps."
  type        = string
}

variable "maintenance_day" {
  description = "Day of the week on which patches and machine images are installed."
  type        = string
}

variable "log_analytics_workspace_id" {
  description = "Workspace of all logs."
  type        = string
}
