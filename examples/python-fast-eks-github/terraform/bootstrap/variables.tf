variable "service" {
  description = "Name of the service."
  type        = string

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$", var.service)) && !strcontains(var.service, "--")
    error_message = "service: 1 to 20 lower-case letters, digits and single dashes, starting with a letter."
  }
}

variable "region" {
  description = "Region of the state bucket."
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

variable "state_bucket" {
  description = "Name of the state bucket. The names of S3 buckets are shared by all of AWS."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.state_bucket))
    error_message = "state_bucket: 3 to 63 lower-case letters, digits and dashes."
  }
}
