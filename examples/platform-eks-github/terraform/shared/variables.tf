variable "service" {
  description = "Name of the platform."
  type        = string

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$", var.service)) && !strcontains(var.service, "--")
    error_message = "service: 1 to 20 lower-case letters, digits and single dashes, starting with a letter."
  }
}

variable "region" {
  description = "Region of the clusters."
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

variable "pipelines" {
  description = "Pipelines that log in, of the platform and of its services, by CI system: token issuer (host name and path) and audience."
  type = map(object({
    issuer   = string
    audience = string
  }))

  validation {
    condition     = length(var.pipelines) > 0
    error_message = "pipelines: at least one, or no pipeline could log in."
  }

  validation {
    condition = alltrue(flatten([for pipeline in var.pipelines : [
      for value in [pipeline.issuer] : !can(regex("[A-Z]{3,}_[A-Z]{2,}", value))
    ]]))
    error_message = "pipelines: replace the words in capitals, such as OWNER_ID, by the values of your repository (terraform/README.md, step 1)."
  }
}
