# The control plane: who may reach it, who may do what in it, what it logs.
# Beside this file: nodes.tf (machines), addons.tf (what runs on them from the start), iam.tf (their roles).

locals {
  # Private addresses come over networks that are joined with this one, the others over the internet.
  joined_cidrs = [for cidr in var.api_allowed_cidrs : cidr if can(regex("^(10\\.|172\\.(1[6-9]|2[0-9]|3[01])\\.|192\\.168\\.)", cidr))]
  public_cidrs = [for cidr in var.api_allowed_cidrs : cidr if !contains(local.joined_cidrs, cidr)]
}

data "aws_partition" "current" {}

# Made before the cluster, which would otherwise make it itself: unencrypted, and kept for ever.
resource "aws_cloudwatch_log_group" "this" {
  name              = "/aws/eks/${var.name}/cluster"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

# Rules stand inside their group, not in resources of their own: one added by hand is then drift. The control plane
# talks to the nodes through a second group, which EKS makes and which opens that way out.
resource "aws_security_group" "control_plane" {
  name        = "${var.name}-control-plane"
  description = "Kubernetes API of ${var.name}, from inside the network"
  vpc_id      = var.vpc_id
  egress      = []

  ingress {
    description = "Kubernetes API, from runners and people inside the network"
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = concat([var.vpc_cidr], local.joined_cidrs)
  }

  tags = { Name = "${var.name}-control-plane" }
}

resource "aws_eks_cluster" "this" {
  name                          = var.name
  role_arn                      = aws_iam_role.cluster.arn
  version                       = var.kubernetes_version
  bootstrap_self_managed_addons = false # addons.tf installs them, at versions that are written down
  enabled_cluster_log_types     = ["api", "audit", "authenticator", "controllerManager", "scheduler"]

  access_config {
    authentication_mode                         = "API"
    bootstrap_cluster_creator_admin_permissions = false # admin is who is listed below, not whoever ran apply
  }

  vpc_config {
    subnet_ids              = var.subnet_ids
    security_group_ids      = [aws_security_group.control_plane.id]
    endpoint_private_access = true
    endpoint_public_access  = length(local.public_cidrs) > 0
    public_access_cidrs     = length(local.public_cidrs) > 0 ? local.public_cidrs : null
  }

  kubernetes_network_config {
    ip_family         = "ipv4"
    service_ipv4_cidr = "172.20.0.0/16"
  }

  encryption_config {
    resources = ["secrets"]

    provider {
      key_arn = var.kms_key_arn
    }
  }

  # EXTENDED, which is what EKS assumes, keeps an outdated version running at six times the price.
  upgrade_policy {
    support_type = "STANDARD"
  }

  depends_on = [
    aws_cloudwatch_log_group.this,
    aws_iam_role_policy.cluster,
    aws_iam_role_policy_attachment.cluster,
  ]
}

# ---- people: may do everything, everywhere in the cluster

resource "aws_eks_access_entry" "admin" {
  for_each = var.admin_principal_arns

  cluster_name  = aws_eks_cluster.this.name
  principal_arn = each.value
}

resource "aws_eks_access_policy_association" "admin" {
  for_each = var.admin_principal_arns

  cluster_name  = aws_eks_cluster.this.name
  principal_arn = aws_eks_access_entry.admin[each.key].principal_arn
  policy_arn    = "arn:${data.aws_partition.current.partition}:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"

  access_scope {
    type = "cluster"
  }
}

# ---- the pipeline: platform/deployer-role.yaml gives its group what it may do, in the namespace of the service

# No policy of EKS on top: AmazonEKSEditPolicy would let it open a shell in every pod.
resource "aws_eks_access_entry" "deploy" {
  cluster_name      = aws_eks_cluster.this.name
  principal_arn     = var.deploy_role_arn
  kubernetes_groups = var.deploy_groups
}
