# Rights of the AWS Load Balancer Controller, which `make platform` installs. The API calls that it needs are listed
# in docs/install/iam_policy.json of kubernetes-sigs/aws-load-balancer-controller (read at v3.4.2). Narrower here:
# it changes only what carries the tag of this cluster, opens only security groups of this network, and attaches no
# firewall (WAF, Shield).

locals {
  elb_arn = "arn:${data.aws_partition.current.partition}:elasticloadbalancing:${var.region}:${var.account_id}"
  ec2_arn = "arn:${data.aws_partition.current.partition}:ec2:${var.region}:${var.account_id}"

  # The controller puts this tag on everything it makes.
  tagged_when_made = { StringEquals = { "aws:RequestTag/elbv2.k8s.aws/cluster" = var.name } }
  tagged           = { StringEquals = { "aws:ResourceTag/elbv2.k8s.aws/cluster" = var.name } }
}

resource "aws_iam_policy" "load_balancer" {
  name        = "${var.name}-load-balancer"
  description = "AWS Load Balancer Controller of ${var.name}"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "FirstLoadBalancerOfTheAccount"
        Effect   = "Allow"
        Action   = "iam:CreateServiceLinkedRole"
        Resource = "arn:${data.aws_partition.current.partition}:iam::${var.account_id}:role/aws-service-role/elasticloadbalancing.amazonaws.com/*"
        Condition = {
          StringEquals = { "iam:AWSServiceName" = "elasticloadbalancing.amazonaws.com" }
        }
      },
      {
        Sid    = "Look"
        Effect = "Allow"
        Action = [
          "acm:DescribeCertificate",
          "acm:ListCertificates",
          "ec2:DescribeAccountAttributes",
          "ec2:DescribeAddresses",
          "ec2:DescribeAvailabilityZones",
          "ec2:DescribeCoipPools",
          "ec2:DescribeInstances",
          "ec2:DescribeInternetGateways",
          "ec2:DescribeIpamPools",
          "ec2:DescribeNetworkInterfaces",
          "ec2:DescribeRouteTables",
          "ec2:DescribeSecurityGroups",
          "ec2:DescribeSubnets",
          "ec2:DescribeTags",
          "ec2:DescribeVpcPeeringConnections",
          "ec2:DescribeVpcs",
          "ec2:GetCoipPoolUsage",
          "ec2:GetSecurityGroupsForVpc",
          "elasticloadbalancing:DescribeCapacityReservation",
          "elasticloadbalancing:DescribeListenerAttributes",
          "elasticloadbalancing:DescribeListenerCertificates",
          "elasticloadbalancing:DescribeListeners",
          "elasticloadbalancing:DescribeLoadBalancerAttributes",
          "elasticloadbalancing:DescribeLoadBalancers",
          "elasticloadbalancing:DescribeRules",
          "elasticloadbalancing:DescribeSSLPolicies",
          "elasticloadbalancing:DescribeTags",
          "elasticloadbalancing:DescribeTargetGroupAttributes",
          "elasticloadbalancing:DescribeTargetGroups",
          "elasticloadbalancing:DescribeTargetHealth",
          "elasticloadbalancing:DescribeTrustStores",
          "iam:GetServerCertificate",
          "iam:ListServerCertificates",
          "shield:DescribeProtection",
          "shield:GetSubscriptionState",
          "waf-regional:GetWebACL",
          "waf-regional:GetWebACLForResource",
          "wafv2:GetWebACL",
          "wafv2:GetWebACLForResource",
        ]
        Resource = "*"
      },
      {
        Sid    = "OpenSecurityGroupsOfThisNetwork"
        Effect = "Allow"
        Action = [
          "ec2:AuthorizeSecurityGroupIngress",
          "ec2:RevokeSecurityGroupIngress",
        ]
        Resource  = "${local.ec2_arn}:security-group/*"
        Condition = { ArnEquals = { "ec2:Vpc" = "${local.ec2_arn}:vpc/${var.vpc_id}" } }
      },
      {
        Sid      = "MakeSecurityGroups"
        Effect   = "Allow"
        Action   = "ec2:CreateSecurityGroup"
        Resource = ["${local.ec2_arn}:security-group/*", "${local.ec2_arn}:vpc/${var.vpc_id}"]
      },
      {
        Sid      = "TagSecurityGroupsWhenMade"
        Effect   = "Allow"
        Action   = "ec2:CreateTags"
        Resource = "${local.ec2_arn}:security-group/*"
        Condition = {
          StringEquals = merge(local.tagged_when_made.StringEquals, { "ec2:CreateAction" = "CreateSecurityGroup" })
        }
      },
      {
        Sid       = "ChangeOwnSecurityGroups"
        Effect    = "Allow"
        Action    = ["ec2:CreateTags", "ec2:DeleteSecurityGroup", "ec2:DeleteTags"]
        Resource  = "${local.ec2_arn}:security-group/*"
        Condition = local.tagged
      },
      {
        Sid       = "MakeLoadBalancers"
        Effect    = "Allow"
        Action    = ["elasticloadbalancing:CreateLoadBalancer", "elasticloadbalancing:CreateTargetGroup"]
        Resource  = ["${local.elb_arn}:loadbalancer/*", "${local.elb_arn}:targetgroup/*"]
        Condition = local.tagged_when_made
      },
      {
        Sid      = "TagLoadBalancersWhenMade"
        Effect   = "Allow"
        Action   = "elasticloadbalancing:AddTags"
        Resource = ["${local.elb_arn}:loadbalancer/*", "${local.elb_arn}:targetgroup/*"]
        Condition = {
          StringEquals = merge(local.tagged_when_made.StringEquals, {
            "elasticloadbalancing:CreateAction" = ["CreateLoadBalancer", "CreateTargetGroup"]
          })
        }
      },
      {
        Sid    = "ChangeOwnLoadBalancers"
        Effect = "Allow"
        Action = [
          "elasticloadbalancing:AddTags",
          "elasticloadbalancing:DeleteLoadBalancer",
          "elasticloadbalancing:DeleteTargetGroup",
          "elasticloadbalancing:ModifyCapacityReservation",
          "elasticloadbalancing:ModifyIpPools",
          "elasticloadbalancing:ModifyListenerAttributes",
          "elasticloadbalancing:ModifyLoadBalancerAttributes",
          "elasticloadbalancing:ModifyTargetGroup",
          "elasticloadbalancing:ModifyTargetGroupAttributes",
          "elasticloadbalancing:RemoveTags",
          "elasticloadbalancing:SetIpAddressType",
          "elasticloadbalancing:SetSecurityGroups",
          "elasticloadbalancing:SetSubnets",
        ]
        Resource  = ["${local.elb_arn}:listener/*", "${local.elb_arn}:loadbalancer/*", "${local.elb_arn}:targetgroup/*"]
        Condition = local.tagged
      },
      {
        Sid    = "ChangeListenersAndTargets"
        Effect = "Allow"
        Action = [
          "elasticloadbalancing:AddListenerCertificates",
          "elasticloadbalancing:AddTags",
          "elasticloadbalancing:CreateListener",
          "elasticloadbalancing:CreateRule",
          "elasticloadbalancing:DeleteListener",
          "elasticloadbalancing:DeleteRule",
          "elasticloadbalancing:DeregisterTargets",
          "elasticloadbalancing:ModifyListener",
          "elasticloadbalancing:ModifyRule",
          "elasticloadbalancing:RegisterTargets",
          "elasticloadbalancing:RemoveListenerCertificates",
          "elasticloadbalancing:RemoveTags",
          "elasticloadbalancing:SetRulePriorities",
        ]
        Resource = [
          "${local.elb_arn}:listener-rule/*",
          "${local.elb_arn}:listener/*",
          "${local.elb_arn}:loadbalancer/*",
          "${local.elb_arn}:targetgroup/*",
        ]
      },
    ]
  })
}

resource "aws_eks_pod_identity_association" "load_balancer" {
  cluster_name    = aws_eks_cluster.this.name
  namespace       = "kube-system"
  service_account = "aws-load-balancer-controller"
  role_arn        = aws_iam_role.pod["load-balancer"].arn
}
