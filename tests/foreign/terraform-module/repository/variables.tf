variable "create" {
  description = "Whether anything is made"
  type        = bool
  default     = true
}

variable "domain" {
  description = "Name of the site"
  type        = string
}

variable "signing_key" {
  description = "Public key of signed addresses"
  type        = string
  default     = null
}
