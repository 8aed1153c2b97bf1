# ---- which environment: envs/<environment>.tfvars

variable "environment" {
  description = "Name of the environment."
  type        = string

  validation {
    condition     = contains(["dev", "qa", "prod"], var.environment)
    error_message = "environment: dev, qa or prod."
  }
}

variable "account_id" {
  description = "The AWS account of this environment; Terraform refuses credentials of any other."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id: fill in the 12 digits of `aws sts get-caller-identity --query Account --output text`."
  }
}

variable "vpc_cidr" {
  description = "Addresses of the network: a private /16 that no other environment uses, so that networks can be joined later."
  type        = string

  validation {
    condition     = can(cidrhost(var.vpc_cidr, 0)) && endswith(var.vpc_cidr, "/16") && can(regex("^(10\\.|172\\.(1[6-9]|2[0-9]|3[01])\\.|192\\.168\\.)", var.vpc_cidr))
    error_message = "vpc_cidr: a /16 of private addresses (RFC 1918), such as 10.10.0.0/16."
  }

  validation {
    condition     = !startswith(var.vpc_cidr, "172.20.")
    error_message = "vpc_cidr: 172.20.0.0/16 holds the addresses of Kubernetes Services."
  }
}

variable "admin_principal_arns" {
  description = "IAM roles or users that administer the cluster. No one else does, not even its creator."
  type        = set(string)

  validation {
    condition     = length(var.admin_principal_arns) > 0 && alltrue([for arn in var.admin_principal_arns : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:(role|user)/.+$", arn))])
    error_message = "admin_principal_arns: at least one IAM role or user, such as arn:aws:iam::111122223333:role/platform-admin."
  }
}

# ---- the same in every environment: envs/common.tfvars

variable "service" {
  description = "Name of the service; the cluster is called <service>-<environment>."
  type        = string

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$", var.service)) && !strcontains(var.service, "--")
    error_message = "service: 1 to 20 lower-case letters, digits and single dashes, starting with a letter."
  }
}

variable "region" {
  description = "Region of the network and the cluster."
  type        = string
}

variable "availability_zones" {
  description = "Zones of the region that get subnets and nodes. Named, so that every account and every day gives the same plan."
  type        = list(string)

  validation {
    condition     = length(var.availability_zones) >= 2 && length(var.availability_zones) <= 3 && length(distinct(var.availability_zones)) == length(var.availability_zones)
    error_message = "availability_zones: two or three different zones."
  }

  validation {
    condition     = alltrue([for zone in var.availability_zones : startswith(zone, var.region)])
    error_message = "availability_zones: only zones of the region."
  }
}

variable "single_nat_gateway" {
  description = "One NAT gateway for all zones instead of one per zone: cheaper, but its zone takes the others' way out down with it."
  type        = bool
}

variable "kubernetes_version" {
  description = "Kubernetes version. One minor version at a time, dev first: terraform/README.md."
  type        = string

  validation {
    condition     = can(regex("^1\\.[0-9]{2}$", var.kubernetes_version))
    error_message = "kubernetes_version: a minor version, such as 1.36."
  }
}

variable "addon_versions" {
  description = "Version of each EKS add-on; `aws eks describe-addon-versions` lists those that suit a Kubernetes version."
  type        = map(string)

  validation {
    condition = toset(keys(var.addon_versions)) == toset([
      "aws-ebs-csi-driver", "coredns", "eks-pod-identity-agent", "kube-proxy", "metrics-server", "vpc-cni",
    ])
    error_message = "addon_versions: aws-ebs-csi-driver, coredns, eks-pod-identity-agent, kube-proxy, metrics-server and vpc-cni, each once."
  }
}

variable "node_instance_types" {
  description = "Instance types of the nodes (x86-64), the preferred one first."
  type        = list(string)

  validation {
    condition     = length(var.node_instance_types) > 0
    error_message = "node_instance_types: at least one."
  }
}

variable "node_min" {
  description = "Fewest nodes."
  type        = number

  validation {
    condition     = var.node_min >= 2
    error_message = "node_min: at least 2, so that one node can be replaced while the service runs."
  }
}

variable "node_max" {
  description = "Most nodes."
  type        = number

  validation {
    condition     = var.node_max > var.node_min
    error_message = "node_max: more than node_min; updating nodes starts a new one before it stops an old one."
  }
}

variable "node_disk_gib" {
  description = "Disk of a node, in GiB."
  type        = number

  validation {
    condition     = var.node_disk_gib >= 20
    error_message = "node_disk_gib: at least 20, for the system and the images."
  }
}

variable "api_allowed_cidrs" {
  description = "Addresses outside the network that may reach the Kubernetes API: private ones of joined networks, public ones of the internet. No public one: the API has no public address."
  type        = list(string)

  validation {
    condition     = alltrue([for cidr in var.api_allowed_cidrs : can(cidrhost(cidr, 0)) && try(tonumber(split("/", cidr)[1]) >= 16, false)])
    error_message = "api_allowed_cidrs: IPv4 ranges of /16 or smaller; 0.0.0.0/0 would let the whole internet try to log in."
  }

  validation {
    condition     = length(var.api_allowed_cidrs) <= 40
    error_message = "api_allowed_cidrs: EKS takes at most 40 ranges."
  }
}

variable "pipelines" {
  description = "Pipelines that deploy and look for drift, by CI system: token issuer (host name and path), audience, and for each environment the exact subject."
  type = map(object({
    issuer          = string
    audience        = string
    deploy_subjects = map(string)
    drift_subjects  = map(string)
  }))

  validation {
    condition     = length(var.pipelines) > 0
    error_message = "pipelines: at least one, or no pipeline could take the roles."
  }

  validation {
    condition     = alltrue([for pipeline in var.pipelines : contains(keys(pipeline.deploy_subjects), var.environment) && contains(keys(pipeline.drift_subjects), var.environment)])
    error_message = "pipelines: each needs a subject for this environment."
  }

  validation {
    condition = alltrue(flatten([for pipeline in var.pipelines : [
      for value in concat([pipeline.issuer], values(pipeline.deploy_subjects), values(pipeline.drift_subjects)) : !can(regex("[A-Z]{3,}_[A-Z]{2,}", value))
    ]]))
    error_message = "pipelines: replace the words in capitals, such as OWNER_ID, by the values of your repository (terraform/README.md, step 1)."
  }
}

variable "state_bucket" {
  description = "Bucket of the state, which the drift role reads."
  type        = string
}

variable "log_retention_days" {
  description = "Days that the log of the control plane and the flow log are kept."
  type        = number

  validation {
    condition     = contains([365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days: at least 365, and one of the periods that CloudWatch offers (365, 400, 545, 731, 1096 ... 3653)."
  }
}
