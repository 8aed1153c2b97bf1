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

variable "cluster_name" {
  description = "Cluster of the platform that runs this environment; it is in the account and the region of the environment."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$", var.cluster_name))
    error_message = "cluster_name: 1 to 100 letters, digits, dashes and underscores, as `aws eks list-clusters` prints it."
  }
}

# ---- the same in every environment: envs/common.tfvars

variable "service" {
  description = "Name of the service, and prefix of the names of its roles."
  type        = string

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$", var.service)) && !strcontains(var.service, "--")
    error_message = "service: 1 to 20 lower-case letters, digits and single dashes, starting with a letter."
  }
}

variable "region" {
  description = "Region of the cluster."
  type        = string
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
