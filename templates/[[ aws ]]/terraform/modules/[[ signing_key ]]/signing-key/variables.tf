variable "service" {
  description = "Name of the service."
  type        = string
}

variable "account_id" {
  description = "Account that owns the key."
  type        = string
}

variable "verify_account_ids" {
  description = "Other accounts whose pipelines verify signatures."
  type        = list(string)
}
