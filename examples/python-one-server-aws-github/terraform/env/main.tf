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
    ]
  })
}
