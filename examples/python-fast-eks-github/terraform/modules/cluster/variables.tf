variable "name" {
  description = "Name of the cluster, and prefix of the names of its parts."
  type        = string
}

variable "region" {
  description = "Region of the cluster."
  type        = string
}

variable "account_id" {
  description = "Account of the cluster."
  type        = string
}

variable "kubernetes_version" {
  description = "Kubernetes version, such as 1.36."
  type        = string
}

variable "addon_versions" {
  description = "Version of each EKS add-on."
  type        = map(string)
}

variable "vpc_id" {
  description = "Network of the cluster."
  type        = string
}

variable "vpc_cidr" {
  description = "Addresses of the network: from there the Kubernetes API can be reached."
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets, in at least two zones."
  type        = list(string)
}

variable "api_allowed_cidrs" {
  description = "Addresses outside the network that may reach the Kubernetes API: private ones of joined networks, public ones of the internet. No public one: the API has no public address."
  type        = list(string)
}

variable "admin_principal_arns" {
  description = "IAM roles or users that administer the cluster."
  type        = set(string)
}

variable "deploy_role_arn" {
  description = "Role of the pipeline that deploys."
  type        = string
}

variable "deploy_groups" {
  description = "Groups of Kubernetes that this role is a member of."
  type        = list(string)
}

variable "node_instance_types" {
  description = "Instance types of the nodes (x86-64), the preferred one first."
  type        = list(string)
}

variable "node_min" {
  description = "Fewest nodes."
  type        = number
}

variable "node_max" {
  description = "Most nodes."
  type        = number
}

variable "node_disk_gib" {
  description = "Disk of a node, in GiB."
  type        = number
}

variable "kms_key_arn" {
  description = "Key that encrypts the Secrets of Kubernetes and the log of the control plane."
  type        = string
}

variable "log_retention_days" {
  description = "Days that the log of the control plane is kept."
  type        = number
}
