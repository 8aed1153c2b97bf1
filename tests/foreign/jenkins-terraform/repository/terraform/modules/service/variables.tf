variable "name" {
  type = string
}

variable "subnet_ids" {
  type = list(string)
}

variable "instance_type" {
  type = string
}

variable "queue_name" {
  type = string
}

variable "user_data" {
  type = string
}
