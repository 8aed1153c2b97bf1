variable "node_min" {
  description = "Fewest nodes of the service."
  type        = number

  validation {
    condition     = var.node_min >= 2
    error_message = "node_min: at least 2, so that one node can be replaced while the service runs."
  }
}

