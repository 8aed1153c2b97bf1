# ---- which environment: envs/<environment>.tfvars

variable "environment" {
  description = "Name of the environment."
  type        = string

  validation {
    condition     = contains(["dev", "qa", "prod"], var.environment)
    error_message = "environment: dev, qa or prod."
  }
}

variable "subscription_id" {
  description = "The subscription of this environment."
  type        = string

  validation {
    condition     = can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", var.subscription_id))
    error_message = "subscription_id: fill in what `az account show --query id --output tsv` prints."
  }
}

variable "vnet_cidr" {
  description = "Addresses of the network: a private /16 that no other environment uses, so that networks can be joined later."
  type        = string

  validation {
    condition     = can(cidrhost(var.vnet_cidr, 0)) && endswith(var.vnet_cidr, "/16") && can(regex("^(10\\.|172\\.(1[6-9]|2[0-9]|3[01])\\.|192\\.168\\.)", var.vnet_cidr))
    error_message = "vnet_cidr: a /16 of private addresses (RFC 1918), such as 10.10.0.0/16."
  }

  validation {
    condition     = !startswith(var.vnet_cidr, "172.20.") && !startswith(var.vnet_cidr, "10.244.")
    error_message = "vnet_cidr: 172.20.0.0/16 holds the addresses of Kubernetes Services, 10.244.0.0/16 those of pods."
  }
}

variable "admin_group_object_ids" {
  description = "Entra groups that administer the cluster. No one else does, not even its creator."
  type        = list(string)

  validation {
    condition     = length(var.admin_group_object_ids) > 0 && alltrue([for id in var.admin_group_object_ids : can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", id))])
    error_message = "admin_group_object_ids: at least one object id, as `az ad group show --group <name> --query id --output tsv` prints it."
  }
}

variable "maintenance_day" {
  description = "Day of the week on which patches and machine images are installed: dev before qa before prod."
  type        = string

  validation {
    condition     = contains(["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"], var.maintenance_day)
    error_message = "maintenance_day: Monday to Sunday."
  }
}

# ---- the same in every environment: envs/common.tfvars

variable "service" {
  description = "Name of the service; cluster and resource group are called <service>-<environment>."
  type        = string

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$", var.service)) && !strcontains(var.service, "--")
    error_message = "service: 1 to 20 lower-case letters, digits and single dashes, starting with a letter."
  }
}

variable "region" {
  description = "Region of the network and the cluster; it must have three zones."
  type        = string
}

variable "kubernetes_version" {
  description = "Kubernetes version. One minor version at a time, dev first: terraform/README.md."
  type        = string

  validation {
    condition     = can(regex("^1\\.[0-9]{2}$", var.kubernetes_version))
    error_message = "kubernetes_version: a minor version, such as 1.36."
  }
}

variable "node_vm_size" {
  description = "Machine size of the nodes; it needs a local disk for the system."
  type        = string
}

variable "node_min" {
  description = "Fewest nodes of the service."
  type        = number

  validation {
    condition     = var.node_min >= 2
    error_message = "node_min: at least 2, so that one node can be replaced while the service runs."
  }
}

variable "node_max" {
  description = "Most nodes of the service."
  type        = number

  validation {
    condition     = var.node_max > var.node_min
    error_message = "node_max: more than node_min, or nothing scales."
  }
}

variable "node_disk_gib" {
  description = "Disk of a node, in GiB. It has to fit on the local disk of the machine size."
  type        = number

  validation {
    condition     = var.node_disk_gib >= 30
    error_message = "node_disk_gib: at least 30, for the system and the images."
  }
}

variable "disk_encryption_set_id" {
  description = "Disk encryption set with a key of your own for volumes. Null: keys that Azure keeps."
  type        = string
}

variable "api_allowed_cidrs" {
  description = "Addresses outside the network that may reach the Kubernetes API: private ones of joined networks, public ones of the internet. No public one: the API has no public address."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for cidr in var.api_allowed_cidrs : can(cidrhost(cidr, 0)) && try(tonumber(split("/", cidr)[1]) >= 16, false)])
    error_message = "api_allowed_cidrs: IPv4 ranges of /16 or smaller; 0.0.0.0/0 would let the whole internet try to log in."
  }

  validation {
    condition     = length(var.api_allowed_cidrs) <= 199
    error_message = "api_allowed_cidrs: at most 199; AKS takes 200 ranges, and one is the address of the NAT gateway."
  }
}

variable "pipelines" {
  description = "Pipelines that deploy, by CI system: token issuer (host name and path), audience, and for each environment the exact subject."
  type = map(object({
    issuer          = string
    audience        = string
    deploy_subjects = map(string)
  }))

  validation {
    condition     = length(var.pipelines) > 0
    error_message = "pipelines: at least one, or no pipeline could take the roles."
  }

  validation {
    condition     = alltrue([for pipeline in var.pipelines : contains(keys(pipeline.deploy_subjects), var.environment)])
    error_message = "pipelines: each needs a subject for this environment."
  }

  validation {
    condition = alltrue(flatten([for pipeline in var.pipelines : [
      for value in concat([pipeline.issuer], values(pipeline.deploy_subjects)) : !can(regex("[A-Z]{3,}_[A-Z]{2,}", value))
    ]]))
    error_message = "pipelines: replace the words in capitals, such as OWNER_ID, by the values of your repository (terraform/README.md, step 1)."
  }
}

variable "state_storage_account" {
  description = "Storage account of the state, which the drift identity reads."
  type        = string
}

variable "shared_subscription_id" {
  description = "Subscription of bootstrap. Null: that of the environment."
  type        = string
}

variable "log_retention_days" {
  description = "Days that logs are kept."
  type        = number

  validation {
    condition     = var.log_retention_days >= 365 && var.log_retention_days <= 730
    error_message = "log_retention_days: 365 to 730."
  }
}
