output "subnet_ids" {
  value = module.vpc.private_subnets
}
