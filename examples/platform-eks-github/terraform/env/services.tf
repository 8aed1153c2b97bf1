# The services of the list (services/<name>/request.yaml): each pipeline gets into this cluster, in a group of its own. The rights of
# the group are a Role in the namespace of that service alone: services/<name>/objects.yaml.

locals {
  requests  = { for file in fileset("${path.root}/../../services", "*/request.yaml") : dirname(file) => yamldecode(file("${path.root}/../../services/${file}")) }
  deployers = { for name, request in local.requests : name => request.deployers[var.environment] if contains(keys(request.deployers), var.environment) }
}

# AWS refuses an entry for a role that is not there: the service applies its terraform/env before.
resource "aws_eks_access_entry" "service" {
  for_each = local.deployers

  cluster_name      = module.cluster.name
  principal_arn     = "arn:${data.aws_partition.current.partition}:iam::${var.account_id}:role/${each.value}"
  kubernetes_groups = ["${each.key}-deployers"]
}
