output "servers" {
  description = "The machines that serve, by name: address inside the network, and the public one if there is any."
  value       = module.servers.servers
}

output "deploy_identity" {
  description = "Who deploys: the role that the pipeline takes."
  value       = module.deploy_role.arn
}

output "address" {
  description = "Where the host name has to point, unless hosted_zone_id is filled in."
  value       = module.servers.address
}

output "region" {
  description = "Region of the machines: the variable AWS_REGION of the pipeline."
  value       = var.region
}

output "deploy_role_arn" {
  description = "Role of the job that deploys: the variable DEPLOY_ROLE_ARN of the pipeline."
  value       = module.deploy_role.arn
}

output "drift_role_arn" {
  description = "Role of the job that looks for drift: the variable DRIFT_ROLE_ARN_<ENVIRONMENT> of the pipeline."
  value       = module.drift_role.arn
}

output "shape" {
  description = "Everything that must be the same in dev, qa and prod. Two environments differ when this does."
  value = {
    network = module.network.shape
    servers = module.servers.shape
  }
}
