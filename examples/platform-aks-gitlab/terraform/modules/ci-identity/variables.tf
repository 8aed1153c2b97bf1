variable "name" {
  description = "Name of the identity."
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

variable "pipelines" {
  description = "Who may take the identity, by CI system: token issuer (host name and path), audience, and the exact subjects."
  type = map(object({
    issuer   = string
    audience = string
    subjects = list(string)
  }))

  validation {
    condition     = alltrue(flatten([for pipeline in var.pipelines : [for subject in pipeline.subjects : !strcontains(subject, "*")]]))
    error_message = "pipelines: a subject is compared exactly, so a wildcard never matches."
  }
}

variable "roles" {
  description = "Rights of the identity: role and scope, by a name of your choice."
  type = map(object({
    role  = string
    scope = string
  }))
}
