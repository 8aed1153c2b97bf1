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

variable "certificate_arn" {
  description = "Certificate of the host name, for the load balancer."
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:acm:[a-z0-9-]+:[0-9]{12}:certificate/.+$", var.certificate_arn))
    error_message = "certificate_arn: fill in the ARN that `aws acm request-certificate` prints (terraform/README.md, \"The certificate\")."
  }
}

# ---- the same in every environment: envs/common.tfvars

variable "service" {
  description = "Name of the service; its machines are called <service>-<environment>-<number>."
  type        = string

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$", var.service)) && !strcontains(var.service, "--")
    error_message = "service: 1 to 20 lower-case letters, digits and single dashes, starting with a letter."
  }
}

variable "region" {
  description = "Region of the network and the machines."
  type        = string
}

variable "availability_zones" {
  description = "Zones of the region that get machines in turn. Named, so that every account and every day gives the same plan."
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

variable "servers" {
  description = "Machines that serve. From two on a load balancer is before them, and none has a public address."
  type        = number

  validation {
    condition     = contains([1, 2, 3, 4, 5], var.servers)
    error_message = "servers: 1 to 5; beyond that is Kubernetes."
  }
}

variable "monitoring" {
  description = "Whether one machine more watches the others."
  type        = bool
}

variable "instance_type" {
  description = "Type of the machines (x86-64)."
  type        = string
}

variable "monitoring_type" {
  description = "Type of the machine that watches (x86-64)."
  type        = string
}

variable "disk_gib" {
  description = "Disk of a server, in GiB."
  type        = number

  validation {
    condition     = var.disk_gib >= 8
    error_message = "disk_gib: at least 8, for the system and the last images."
  }
}

variable "monitoring_disk_gib" {
  description = "Disk of the machine that watches, in GiB."
  type        = number

  validation {
    condition     = var.monitoring_disk_gib >= 8
    error_message = "monitoring_disk_gib: at least 8, for the system and 30 days of metrics."
  }
}

variable "egress_ports" {
  description = "Ports that the servers may call: 80 and 443 for packages, images and AWS, and those of what the service uses."
  type        = list(number)

  validation {
    condition     = contains(var.egress_ports, 80) && contains(var.egress_ports, 443)
    error_message = "egress_ports: 80 and 443 belong to it, or no machine gets packages, images and commands."
  }
}

variable "host" {
  description = "Host name of the service in each environment."
  type        = map(string)
}

variable "hosted_zone_id" {
  description = "Zone of Route 53 that gets the record of the host name; empty: the record is made elsewhere."
  type        = string

  validation {
    condition     = can(regex("^(Z[A-Z0-9]{5,31})?$", var.hosted_zone_id))
    error_message = "hosted_zone_id: as `aws route53 list-hosted-zones` prints it, without /hostedzone/; or empty."
  }
}

variable "registry_account_id" {
  description = "Account of shared, with the image registry; empty: that of the environment."
  type        = string

  validation {
    condition     = can(regex("^([0-9]{12})?$", var.registry_account_id))
    error_message = "registry_account_id: an account id of 12 digits, or empty."
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
  description = "Days that the output of commands and the flow log are kept."
  type        = number

  validation {
    condition     = contains([365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days: at least 365, and one of the periods that CloudWatch offers (365, 400, 545, 731, 1096 ... 3653)."
  }
}
