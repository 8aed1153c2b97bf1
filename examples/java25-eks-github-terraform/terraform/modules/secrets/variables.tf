variable "name" {
  description = "Service and environment; the secrets are called <name>/<secret>."
  type        = string
}

variable "secrets" {
  description = "Names of the secrets."
  type        = set(string)
}

variable "region" {
  description = "Region of the secrets."
  type        = string
}

variable "kms_key_arn" {
  description = "Key that encrypts them."
  type        = string
}

variable "trust_policy" {
  description = "Who may read them: the trust policy of the role, as JSON."
  type        = string
}
