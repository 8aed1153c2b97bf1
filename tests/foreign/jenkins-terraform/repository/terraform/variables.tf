variable "environment" {
  type = string
}

variable "region" {
  type    = string
  default = "eu-central-1"
}

variable "cidr" {
  type = string
}

variable "instance_type" {
  type = string
}

variable "database_multi_az" {
  type    = bool
  default = true
}

variable "queue_name" {
  type = string
}
