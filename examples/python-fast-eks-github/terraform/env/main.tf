# One environment: network, cluster, and the identities of the pipeline. dev, qa and prod are this same code with
# another file of values; tests/environments.tftest.hcl fails when they would differ in more than that.

locals {
  name        = "${var.service}-${var.environment}"
  cluster_arn = "arn:${data.aws_partition.current.partition}:eks:${var.region}:${var.account_id}:cluster/${local.name}"

  # platform/deployer-role.yaml binds the group of this service. "deployers" is what it bound before release 0.6.0 of the
  # template: with both, the pipeline can deploy before and after `make platform` changes the binding.
  deploy_groups = ["${var.service}-deployers", "deployers"]
}

data "aws_partition" "current" {}

# Secrets of Kubernetes, log of the control plane, flow log of the network.
resource "aws_kms_key" "this" {
  description             = "Secrets and logs of ${local.name}"
  enable_key_rotation     = true
  deletion_window_in_days = 30

  # "*" in the policy of a key means this key.
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "AccountAdministersKey"
        Effect    = "Allow"
        Principal = { AWS = "arn:${data.aws_partition.current.partition}:iam::${var.account_id}:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
      {
        Sid       = "CloudWatchEncryptsLogs"
        Effect    = "Allow"
        Principal = { Service = "logs.${var.region}.amazonaws.com" }
        Action    = ["kms:Decrypt*", "kms:Describe*", "kms:Encrypt*", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
        Resource  = "*"
        Condition = {
          ArnLike = {
            "kms:EncryptionContext:aws:logs:arn" = [
              "arn:${data.aws_partition.current.partition}:logs:${var.region}:${var.account_id}:log-group:/aws/eks/${local.name}/*",
              "arn:${data.aws_partition.current.partition}:logs:${var.region}:${var.account_id}:log-group:/aws/vpc/${local.name}",
            ]
          }
        }
      },
    ]
  })
}

resource "aws_kms_alias" "this" {
  name          = "alias/${local.name}"
  target_key_id = aws_kms_key.this.key_id
}

module "network" {
  source = "../modules/network"

  name               = local.name
  region             = var.region
  account_id         = var.account_id
  cidr               = var.vpc_cidr
  availability_zones = var.availability_zones
  single_nat_gateway = var.single_nat_gateway
  kms_key_arn        = aws_kms_key.this.arn
  log_retention_days = var.log_retention_days
}

module "cluster" {
  source = "../modules/cluster"

  name                 = local.name
  region               = var.region
  account_id           = var.account_id
  kubernetes_version   = var.kubernetes_version
  addon_versions       = var.addon_versions
  vpc_id               = module.network.vpc_id
  vpc_cidr             = var.vpc_cidr
  subnet_ids           = module.network.private_subnet_ids
  api_allowed_cidrs    = var.api_allowed_cidrs
  admin_principal_arns = var.admin_principal_arns
  deploy_role_arn      = module.deploy_role.arn
  deploy_groups        = local.deploy_groups
  node_instance_types  = var.node_instance_types
  node_min             = var.node_min
  node_max             = var.node_max
  node_disk_gib        = var.node_disk_gib
  kms_key_arn          = aws_kms_key.this.arn
  log_retention_days   = var.log_retention_days
}

# Its rights inside the cluster are decided there: modules/cluster/main.tf.
module "deploy_role" {
  source = "../modules/ci-role"

  name        = "${local.name}-deploy"
  description = "Pipeline of ${var.service}: deploy to ${var.environment}"
  partition   = data.aws_partition.current.partition
  account_id  = var.account_id

  pipelines = { for name, pipeline in var.pipelines : name => {
    issuer   = pipeline.issuer
    audience = pipeline.audience
    subjects = [pipeline.deploy_subjects[var.environment]]
  } }

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "FindCluster"
        Effect   = "Allow"
        Action   = "eks:DescribeCluster"
        Resource = local.cluster_arn
      },
      {
        Sid      = "LogInToRegistry"
        Effect   = "Allow"
        Action   = "ecr:GetAuthorizationToken"
        Resource = "*" # the action knows no resources
      },
      {
        Sid    = "VerifySignatureOfImage"
        Effect = "Allow"
        Action = [
          "ecr:BatchCheckLayerAvailability",
          "ecr:BatchGetImage",
          "ecr:DescribeImages",
          "ecr:GetDownloadUrlForLayer",
        ]
        Resource = "arn:${data.aws_partition.current.partition}:ecr:${var.region}:*:repository/${var.service}"
      },
    ]
  })
}

# Reads what `plan` compares, and writes nothing: not even the lock of the state (plan -lock=false).
module "drift_role" {
  source = "../modules/ci-role"

  name        = "${local.name}-drift"
  description = "Pipeline of ${var.service}: compare ${var.environment} with the code"
  partition   = data.aws_partition.current.partition
  account_id  = var.account_id

  pipelines = { for name, pipeline in var.pipelines : name => {
    issuer   = pipeline.issuer
    audience = pipeline.audience
    subjects = [pipeline.drift_subjects[var.environment]]
  } }

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "LookAtResources"
        Effect = "Allow"
        Action = [
          "ec2:Describe*",
          "ecr:DescribeRepositories",
          "ecr:GetLifecyclePolicy",
          "ecr:GetRepositoryPolicy",
          "ecr:ListTagsForResource",
          "eks:Describe*",
          "eks:List*",
          "iam:GetOpenIDConnectProvider",
          "iam:GetPolicy",
          "iam:GetPolicyVersion",
          "iam:GetRole",
          "iam:GetRolePolicy",
          "iam:ListAttachedRolePolicies",
          "iam:ListOpenIDConnectProviders",
          "iam:ListPolicyVersions",
          "iam:ListRolePolicies",
          "kms:DescribeKey",
          "kms:GetKeyPolicy",
          "kms:GetKeyRotationStatus",
          "kms:ListAliases",
          "kms:ListResourceTags",
          "logs:DescribeLogGroups",
          "logs:ListTagsForResource",
        ]
        Resource = "*"
      },
      {
        Sid       = "FindState"
        Effect    = "Allow"
        Action    = "s3:ListBucket"
        Resource  = "arn:${data.aws_partition.current.partition}:s3:::${var.state_bucket}"
        Condition = { StringLike = { "s3:prefix" = ["env/${var.environment}/*", "shared/*", "env:/*"] } } # env:/ is where init looks for workspaces
      },
      {
        Sid      = "ReadState"
        Effect   = "Allow"
        Action   = "s3:GetObject"
        Resource = [for key in ["env/${var.environment}", "shared"] : "arn:${data.aws_partition.current.partition}:s3:::${var.state_bucket}/${key}/terraform.tfstate"]
      },
      {
        Sid       = "DecryptState"
        Effect    = "Allow"
        Action    = "kms:Decrypt"
        Resource  = "arn:${data.aws_partition.current.partition}:kms:${var.region}:*:key/*"
        Condition = { "ForAnyValue:StringEquals" = { "kms:ResourceAliases" = "alias/${var.service}-tfstate" } }
      },
    ]
  })
}
