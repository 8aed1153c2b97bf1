output "image_repository" {
  description = "Address of the image repository: the variable IMAGE of the pipeline."
  value       = module.registry.url
}

output "build_role_arn" {
  description = "Role of the job that builds and pushes: the variable BUILD_ROLE_ARN of the pipeline."
  value       = module.build_role.arn
}
