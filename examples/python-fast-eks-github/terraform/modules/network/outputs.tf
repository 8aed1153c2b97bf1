output "vpc_id" {
  description = "Id of the network."
  value       = aws_vpc.this.id
}

output "private_subnet_ids" {
  description = "Subnets of nodes and pods, in the order of the zones."
  value       = [for zone in var.availability_zones : aws_subnet.private[zone].id]
}

output "shape" {
  description = "Values that must be the same in every environment, without addresses."
  value = {
    zones           = length(aws_subnet.private)
    nat_gateways    = length(aws_nat_gateway.this)
    private_subnets = sort([for subnet in aws_subnet.private : split("/", subnet.cidr_block)[1]])
    public_subnets  = sort([for subnet in aws_subnet.public : split("/", subnet.cidr_block)[1]])
    public_ips      = anytrue([for subnet in concat(values(aws_subnet.private), values(aws_subnet.public)) : subnet.map_public_ip_on_launch])
    flow_log_days   = aws_cloudwatch_log_group.flow.retention_in_days
  }
}
