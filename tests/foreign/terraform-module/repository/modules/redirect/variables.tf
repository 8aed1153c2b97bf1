variable "from" {
  type = string
}

variable "to" {
  type = string
}
