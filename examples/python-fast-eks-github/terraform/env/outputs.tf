output "cluster_name" {
  description = "Name of the cluster: the variable CLUSTER_NAME of the pipeline."
  value       = module.cluster.name
}

output "region" {
  description = "Region of the cluster: the variable AWS_REGION of the pipeline."
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
    cluster = module.cluster.shape
  }
}
