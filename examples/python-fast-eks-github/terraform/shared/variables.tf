variable "service" {
  description = "Name of the service, and of its image repository."
  type        = string

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$", var.service)) && !strcontains(var.service, "--")
    error_message = "service: 1 to 20 lower-case letters, digits and single dashes, starting with a letter."
  }
}

variable "region" {
  description = "Region of the image repository."
  type        = string
}

variable "account_id" {
  description = "The AWS account this may be applied to; Terraform refuses credentials of any other."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id: fill in the 12 digits of `aws sts get-caller-identity --query Account --output text`."
  }
}

variable "pull_account_ids" {
  description = "Accounts of environments that do not share this account: their clusters may pull the images."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for account in var.pull_account_ids : can(regex("^[0-9]{12}$", account))])
    error_message = "pull_account_ids: account ids of 12 digits."
  }
}

variable "pipelines" {
  description = "Pipelines that may push images, by CI system: token issuer (host name and path), audience, and the exact subjects."
  type = map(object({
    issuer   = string
    audience = string
    subjects = list(string)
  }))

  validation {
    condition     = length(var.pipelines) > 0
    error_message = "pipelines: at least one, or no pipeline could push."
  }

  validation {
    condition = alltrue(flatten([for pipeline in var.pipelines : [
      for value in concat([pipeline.issuer], pipeline.subjects) : !can(regex("[A-Z]{3,}_[A-Z]{2,}", value))
    ]]))
    error_message = "pipelines: replace the words in capitals, such as OWNER_ID, by the values of your repository (terraform/README.md, step 1)."
  }
}
