# Add-ons that EKS installs in the cluster. Versions are given: unpinned, dev and prod differ by the day they were made.

locals {
  # Without these no node becomes ready, so they come first.
  before_nodes = {
    "eks-pod-identity-agent" = {}
    "kube-proxy"             = {}
    # Without enableNetworkPolicy a NetworkPolicy is accepted and then ignored.
    "vpc-cni" = { enableNetworkPolicy = "true" }
  }

  # These are ordinary pods and wait for a node.
  after_nodes = toset(["aws-ebs-csi-driver", "coredns", "metrics-server"])
}

resource "aws_eks_addon" "before_nodes" {
  for_each = local.before_nodes

  cluster_name                = aws_eks_cluster.this.name
  addon_name                  = each.key
  addon_version               = var.addon_versions[each.key]
  configuration_values        = length(each.value) > 0 ? jsonencode(each.value) : null
  resolve_conflicts_on_create = "OVERWRITE"
  resolve_conflicts_on_update = "OVERWRITE"

  dynamic "pod_identity_association" {
    for_each = each.key == "vpc-cni" ? ["aws-node"] : []

    content {
      service_account = pod_identity_association.value
      role_arn        = aws_iam_role.pod["vpc-cni"].arn
    }
  }

  depends_on = [aws_iam_role_policy_attachment.pod]
}

resource "aws_eks_addon" "after_nodes" {
  for_each = local.after_nodes

  cluster_name                = aws_eks_cluster.this.name
  addon_name                  = each.key
  addon_version               = var.addon_versions[each.key]
  resolve_conflicts_on_create = "OVERWRITE"
  resolve_conflicts_on_update = "OVERWRITE"

  dynamic "pod_identity_association" {
    for_each = each.key == "aws-ebs-csi-driver" ? ["ebs-csi-controller-sa"] : []

    content {
      service_account = pod_identity_association.value
      role_arn        = aws_iam_role.pod["ebs-csi"].arn
    }
  }

  depends_on = [
    aws_eks_node_group.this,
    aws_iam_role_policy_attachment.pod,
  ]
}
