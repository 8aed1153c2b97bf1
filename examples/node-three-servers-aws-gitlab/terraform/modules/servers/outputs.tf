output "servers" {
  description = "The machines that serve, by name: address inside the network, and the public one if there is any."
  value = { for name, index in local.servers : name => {
    private = aws_instance.server[name].private_ip
    public  = try(aws_eip.server[name].public_ip, "")
  } }
}

output "instance_arns" {
  description = "All machines, that of the monitoring included: what the pipeline may send commands to."
  value       = concat([for server in aws_instance.server : server.arn], [for watcher in aws_instance.monitoring : watcher.arn])
}

output "commands_log_group_arn" {
  description = "Log group with the output of commands."
  value       = aws_cloudwatch_log_group.commands.arn
}

output "address" {
  description = "Where the host name has to point: the name of the load balancer, or the address of the one server."
  value       = local.balanced ? aws_lb.this[0].dns_name : values(aws_eip.server)[0].public_ip
}

output "shape" {
  description = "Values that must be the same in every environment, without addresses."
  value = {
    servers        = length(aws_instance.server)
    balanced       = length(aws_lb.this) == 1
    monitoring     = length(aws_instance.monitoring) == 1
    instance_type  = var.instance_type
    watcher_type   = join(" ", [for watcher in aws_instance.monitoring : watcher.instance_type])
    secrets_read   = [for arn in local.monitoring_secrets : replace(split(":parameter/", arn)[1], "${var.name}/", "") if var.monitoring]
    agent_updated  = aws_ssm_association.agent.name == "AWS-UpdateSSMAgent"
    public_servers = length(aws_eip.server)
    imds_v2        = alltrue([for server in aws_instance.server : server.metadata_options[0].http_tokens == "required"])
    encrypted      = alltrue([for server in aws_instance.server : server.root_block_device[0].encrypted])
    public_ports   = sort([for port in values(local.public) : tostring(port)])
    ready          = join(" ", [for group in aws_lb_target_group.this : group.health_check[0].path])
  }
}

output "record" {
  description = "Host name whose record is made here; empty where none is."
  value       = try(aws_route53_record.this[0].name, "")
}
