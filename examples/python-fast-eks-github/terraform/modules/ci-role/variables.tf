variable "name" {
  description = "Name of the role and of its policy."
  type        = string

  validation {
    condition     = length(var.name) <= 64
    error_message = "name: IAM allows at most 64 characters."
  }
}

variable "description" {
  description = "Purpose of the role, shown in the IAM console."
  type        = string
}

variable "partition" {
  description = "AWS partition, such as aws or aws-us-gov."
  type        = string
}

variable "account_id" {
  description = "Account of the role and of the OpenID Connect providers."
  type        = string
}

variable "pipelines" {
  description = "Who may take the role, by CI system: token issuer (host name), audience, and the exact subjects."
  type = map(object({
    issuer   = string
    audience = string
    subjects = list(string)
  }))

  validation {
    condition     = alltrue([for pipeline in var.pipelines : length(pipeline.subjects) > 0])
    error_message = "pipelines: each needs at least one subject, otherwise every repository of the issuer would be let in."
  }

  validation {
    condition     = alltrue(flatten([for pipeline in var.pipelines : [for subject in pipeline.subjects : !strcontains(subject, "*")]]))
    error_message = "pipelines: a subject is compared exactly, so a wildcard never matches."
  }
}

variable "policy" {
  description = "Rights of the role: an IAM policy document in JSON."
  type        = string
}
