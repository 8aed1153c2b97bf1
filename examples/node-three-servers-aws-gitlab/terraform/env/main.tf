# One environment: network, machines, and the identities of the pipeline. dev, qa and prod are this same code with
# another file of values; tests/environments.tftest.hcl fails when they would differ in more than that.

locals {
  name                = "${var.service}-${var.environment}"
  registry_account_id = var.registry_account_id == "" ? var.account_id : var.registry_account_id
}

data "aws_partition" "current" {}

# Disks of the machines, output of commands, flow log of the network.
resource "aws_kms_key" "this" {
  description             = "Disks and logs of ${local.name}"
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
              "arn:${data.aws_partition.current.partition}:logs:${var.region}:${var.account_id}:log-group:/ssm/${local.name}",
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
  private            = var.servers > 1
  kms_key_arn        = aws_kms_key.this.arn
  log_retention_days = var.log_retention_days
}

module "servers" {
  source = "../modules/servers"

  name                = local.name
  service             = var.service
  region              = var.region
  account_id          = var.account_id
  registry_account_id = local.registry_account_id
  vpc_id              = module.network.vpc_id
  subnets             = module.network.server_subnets
  public_subnet_ids   = [for subnet in module.network.public_subnets : subnet.id]
  servers             = var.servers
  monitoring          = var.monitoring
  instance_type       = var.instance_type
  monitoring_type     = var.monitoring_type
  disk_gib            = var.disk_gib
  monitoring_disk_gib = var.monitoring_disk_gib
  egress_ports        = var.egress_ports
  host                = var.host[var.environment]
  hosted_zone_id      = var.hosted_zone_id
  certificate_arn     = var.certificate_arn
  kms_key_arn         = aws_kms_key.this.arn
  log_retention_days  = var.log_retention_days
}

# On the machines it has the rights of root: a deployment is a command that it sends them.
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
        Sid      = "SendCommandsToMachinesOfTheEnvironment"
        Effect   = "Allow"
        Action   = "ssm:SendCommand"
        Resource = concat(module.servers.instance_arns, ["arn:${data.aws_partition.current.partition}:ssm:${var.region}::document/AWS-RunShellScript"])
      },
      {
        Sid      = "FindMachinesAndOutput"
        Effect   = "Allow"
        Action   = ["ec2:DescribeInstances", "ssm:GetCommandInvocation"]
        Resource = "*" # the actions know no resources
      },
      {
        Sid      = "ReadOutput"
        Effect   = "Allow"
        Action   = "logs:GetLogEvents"
        Resource = "${module.servers.commands_log_group_arn}:*"
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
          "elasticloadbalancing:Describe*",
          "iam:GetInstanceProfile",
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
          "route53:GetHostedZone",
          "route53:ListResourceRecordSets",
          "ssm:DescribeAssociation",
          "ssm:ListTagsForResource",
        ]
        Resource = "*"
      },
      {
        # Of AWS, and public. The parameters of the account, which may be secrets, are not for this role.
        Sid      = "FindImageOfDebian"
        Effect   = "Allow"
        Action   = "ssm:GetParameter"
        Resource = "arn:${data.aws_partition.current.partition}:ssm:${var.region}::parameter/aws/service/debian/*"
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
