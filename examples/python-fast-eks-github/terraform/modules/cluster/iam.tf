# Roles of the control plane, the nodes and the pods that talk to AWS. Each role may do its own work only, and the
# *_exclusive resources make `plan` show a policy that someone added by hand.

locals {
  aws_policy = "arn:${data.aws_partition.current.partition}:iam::aws:policy"
}

# ---- control plane

resource "aws_iam_role" "cluster" {
  name        = "${var.name}-cluster"
  description = "Control plane of ${var.name}"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "eks.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy_attachment" "cluster" {
  role       = aws_iam_role.cluster.name
  policy_arn = "${local.aws_policy}/AmazonEKSClusterPolicy"
}

resource "aws_iam_role_policy" "cluster" {
  name = "encrypt-secrets"
  role = aws_iam_role.cluster.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:ListGrants"]
      Resource = var.kms_key_arn
    }]
  })
}

resource "aws_iam_role_policy_attachments_exclusive" "cluster" {
  role_name   = aws_iam_role.cluster.name
  policy_arns = [aws_iam_role_policy_attachment.cluster.policy_arn]
}

resource "aws_iam_role_policies_exclusive" "cluster" {
  role_name    = aws_iam_role.cluster.name
  policy_names = [aws_iam_role_policy.cluster.name]
}

# ---- nodes: join the cluster, pull images, and open a shell through Session Manager instead of SSH

resource "aws_iam_role" "node" {
  name        = "${var.name}-node"
  description = "Nodes of ${var.name}"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "ec2.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy_attachment" "node" {
  for_each = toset([
    "AmazonEC2ContainerRegistryPullOnly",
    "AmazonEKSWorkerNodePolicy",
    "AmazonSSMManagedInstanceCore",
  ])

  role       = aws_iam_role.node.name
  policy_arn = "${local.aws_policy}/${each.key}"
}

resource "aws_iam_role_policy_attachments_exclusive" "node" {
  role_name   = aws_iam_role.node.name
  policy_arns = [for attachment in aws_iam_role_policy_attachment.node : attachment.policy_arn]
}

resource "aws_iam_role_policies_exclusive" "node" {
  role_name    = aws_iam_role.node.name
  policy_names = []
}

# ---- pods (EKS Pod Identity): credentials by service account, without keys and without the node's role

locals {
  pod_roles = {
    "vpc-cni" = {
      description = "addresses for pods"
      policy_arn  = "${local.aws_policy}/AmazonEKS_CNI_Policy"
    }
    "ebs-csi" = {
      description = "disks for pods"
      policy_arn  = "${local.aws_policy}/AmazonEBSCSIDriverPolicyV2"
    }
    "load-balancer" = {
      description = "load balancers for the Gateway"
      policy_arn  = aws_iam_policy.load_balancer.arn
    }
  }
}

resource "aws_iam_role" "pod" {
  for_each = local.pod_roles

  name        = "${var.name}-${each.key}"
  description = "Pods of ${var.name}: ${each.value.description}"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "pods.eks.amazonaws.com" }
      Action    = ["sts:AssumeRole", "sts:TagSession"]
      Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "pod" {
  for_each = local.pod_roles

  role       = aws_iam_role.pod[each.key].name
  policy_arn = each.value.policy_arn
}

resource "aws_iam_role_policy_attachments_exclusive" "pod" {
  for_each = local.pod_roles

  role_name   = aws_iam_role.pod[each.key].name
  policy_arns = [aws_iam_role_policy_attachment.pod[each.key].policy_arn]
}

resource "aws_iam_role_policies_exclusive" "pod" {
  for_each = local.pod_roles

  role_name    = aws_iam_role.pod[each.key].name
  policy_names = []
}
