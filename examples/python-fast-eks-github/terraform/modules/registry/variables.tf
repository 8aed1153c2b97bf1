variable "name" {
  description = "Name of the repository."
  type        = string
}

variable "account_id" {
  description = "Account that owns the repository."
  type        = string
}

variable "pull_account_ids" {
  description = "Other accounts whose clusters pull from the repository."
  type        = list(string)
  default     = []
}
