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

variable "untagged_days" {
  description = "Days after which an image without a tag is deleted."
  type        = number
  default     = 14
}
