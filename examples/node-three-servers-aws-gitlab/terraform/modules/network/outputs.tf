output "vpc_id" {
  description = "Id of the network."
  value       = aws_vpc.this.id
}

output "public_subnets" {
  description = "Public subnets in the order of the zones: id and addresses."
  value       = [for zone in var.availability_zones : { id = aws_subnet.public[zone].id, cidr = aws_subnet.public[zone].cidr_block }]
}

output "server_subnets" {
  description = "Subnets of the servers in the order of the zones: private ones behind a load balancer, public ones without."
  value = [for zone in var.availability_zones : {
    id   = var.private ? aws_subnet.private[zone].id : aws_subnet.public[zone].id
    cidr = var.private ? aws_subnet.private[zone].cidr_block : aws_subnet.public[zone].cidr_block
  }]
}

output "shape" {
  description = "Values that must be the same in every environment, without addresses."
  value = {
    zones         = length(aws_subnet.public)
    nat_gateways  = length(aws_nat_gateway.this)
    private       = length(aws_subnet.private)
    flow_log_days = aws_cloudwatch_log_group.flow.retention_in_days
  }
}
