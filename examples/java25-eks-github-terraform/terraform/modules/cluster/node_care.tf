# Maintenance of the nodes. The Cluster Autoscaler, which `make platform` installs, adds and removes them
# between node_min and node_max. Once a week EventBridge Scheduler has EKS replace them, one at a time, by nodes of the
# newest image of their Kubernetes version.

# ---- the autoscaler (EKS Pod Identity): it changes the size of this cluster's groups, which EKS tags for it

resource "aws_iam_role" "autoscaler" {
  name        = "${var.name}-autoscaler"
  description = "Cluster Autoscaler of ${var.name}"

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

resource "aws_iam_role_policy" "autoscaler" {
  name = "scale-nodes"
  role = aws_iam_role.autoscaler.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Look"
        Effect = "Allow"
        Action = [
          "autoscaling:DescribeAutoScalingGroups",
          "autoscaling:DescribeAutoScalingInstances",
          "autoscaling:DescribeLaunchConfigurations",
          "autoscaling:DescribeScalingActivities",
          "autoscaling:DescribeTags",
          "ec2:DescribeImages",
          "ec2:DescribeInstanceTypes",
          "ec2:DescribeLaunchTemplateVersions",
          "ec2:GetInstanceTypesFromInstanceRequirements",
        ]
        Resource = "*" # these actions know no resources
      },
      {
        Sid      = "LookAtNodeGroup"
        Effect   = "Allow"
        Action   = "eks:DescribeNodegroup"
        Resource = aws_eks_node_group.this.arn
      },
      {
        Sid       = "ScaleNodes"
        Effect    = "Allow"
        Action    = ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"]
        Resource  = "arn:${data.aws_partition.current.partition}:autoscaling:${var.region}:${var.account_id}:autoScalingGroup:*:autoScalingGroupName/*"
        Condition = { StringEquals = { "aws:ResourceTag/k8s.io/cluster-autoscaler/${var.name}" = "owned" } }
      },
    ]
  })
}

resource "aws_iam_role_policies_exclusive" "autoscaler" {
  role_name    = aws_iam_role.autoscaler.name
  policy_names = [aws_iam_role_policy.autoscaler.name]
}

resource "aws_iam_role_policy_attachments_exclusive" "autoscaler" {
  role_name   = aws_iam_role.autoscaler.name
  policy_arns = []
}

resource "aws_eks_pod_identity_association" "autoscaler" {
  cluster_name    = aws_eks_cluster.this.name
  namespace       = "kube-system"
  service_account = "cluster-autoscaler"
  role_arn        = aws_iam_role.autoscaler.arn
}

# ---- new images: the same call as `aws eks update-nodegroup-version`, which honours disruption budgets

resource "aws_iam_role" "node_images" {
  name        = "${var.name}-node-images"
  description = "EventBridge Scheduler: new images for the nodes of ${var.name}"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "scheduler.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
    }]
  })
}

resource "aws_iam_role_policy" "node_images" {
  name = "update-nodes"
  role = aws_iam_role.node_images.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "UpdateNodeGroup"
        Effect   = "Allow"
        Action   = "eks:UpdateNodegroupVersion"
        Resource = aws_eks_node_group.this.arn
      },
      {
        # EKS asks whether who updates a group with a launch template may start its instances.
        Sid       = "StartNodesOfTheTemplate"
        Effect    = "Allow"
        Action    = "ec2:RunInstances"
        Resource  = "*"
        Condition = { ArnEquals = { "ec2:LaunchTemplate" = aws_launch_template.nodes.arn } }
      },
      {
        Sid       = "TagNodesOfTheTemplate"
        Effect    = "Allow"
        Action    = "ec2:CreateTags"
        Resource  = "arn:${data.aws_partition.current.partition}:ec2:${var.region}:${var.account_id}:*/*"
        Condition = { StringEquals = { "ec2:CreateAction" = "RunInstances" } }
      },
      {
        Sid      = "LookAtTemplate"
        Effect   = "Allow"
        Action   = "ec2:DescribeLaunchTemplateVersions"
        Resource = "*" # the action knows no resources
      },
      {
        Sid      = "ReadSchedule"
        Effect   = "Allow"
        Action   = "kms:Decrypt"
        Resource = var.kms_key_arn
      },
    ]
  })
}

resource "aws_iam_role_policies_exclusive" "node_images" {
  role_name    = aws_iam_role.node_images.name
  policy_names = [aws_iam_role_policy.node_images.name]
}

resource "aws_iam_role_policy_attachments_exclusive" "node_images" {
  role_name   = aws_iam_role.node_images.name
  policy_arns = []
}

resource "aws_scheduler_schedule" "node_images" {
  name                         = "${var.name}-node-images"
  description                  = "Replace the nodes of ${var.name} by nodes of the newest image"
  schedule_expression          = "cron(0 6 ? * ${var.node_images_day} *)"
  schedule_expression_timezone = "UTC"
  kms_key_arn                  = var.kms_key_arn

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = "arn:${data.aws_partition.current.partition}:scheduler:::aws-sdk:eks:updateNodegroupVersion"
    role_arn = aws_iam_role.node_images.arn
    input = jsonencode({
      ClusterName   = aws_eks_cluster.this.name
      NodegroupName = aws_eks_node_group.this.node_group_name
    })
  }
}
