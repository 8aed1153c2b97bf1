variable "single_nat_gateway" {
  description = "One NAT gateway for all zones instead of one per zone: cheaper, but its zone takes the others' way out down with it."
  type        = bool
}

