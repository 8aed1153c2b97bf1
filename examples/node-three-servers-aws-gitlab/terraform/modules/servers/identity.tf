# Rights of a machine: take commands, write their output, and pull the images of this one service; the machine that watches reads
# the two secrets of the monitoring instead.

locals {
  server_assumes = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "ec2.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })

  in_this_region = { StringEquals = { "aws:RequestedRegion" = var.region } }

  # Of every machine. Less than AmazonSSMManagedInstanceCore, which also reads every parameter of the account.
  machine_may = [
    {
      # None of these knows resources; the condition keeps them in the region of the machine.
      Sid    = "TakeCommands"
      Effect = "Allow"
      Action = [
        "ec2messages:AcknowledgeMessage",
        "ec2messages:DeleteMessage",
        "ec2messages:FailMessage",
        "ec2messages:GetEndpoint",
        "ec2messages:GetMessages",
        "ec2messages:SendReply",
        "ssm:UpdateInstanceInformation",
        "ssmmessages:CreateControlChannel",
        "ssmmessages:CreateDataChannel",
        "ssmmessages:OpenControlChannel",
        "ssmmessages:OpenDataChannel",
      ]
      Resource  = "*"
      Condition = local.in_this_region
    },
    {
      # Updates of the agent itself: agent.tf.
      Sid    = "UpdateAgent"
      Effect = "Allow"
      Action = [
        "ssm:DescribeAssociation",
        "ssm:DescribeDocument",
        "ssm:GetDocument",
        "ssm:ListAssociations",
        "ssm:ListInstanceAssociations",
        "ssm:UpdateAssociationStatus",
        "ssm:UpdateInstanceAssociationStatus",
      ]
      Resource  = "*"
      Condition = local.in_this_region
    },
    {
      Sid      = "FindLogGroups"
      Effect   = "Allow"
      Action   = "logs:DescribeLogGroups"
      Resource = "arn:${data.aws_partition.current.partition}:logs:${var.region}:${var.account_id}:log-group:*"
    },
    {
      Sid      = "SayWhatCommandsSaid"
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
      Resource = "${aws_cloudwatch_log_group.commands.arn}:*"
    },
  ]
}

resource "aws_iam_role" "server" {
  name        = "${var.name}-server"
  description = "Machines of ${var.name}"

  assume_role_policy = local.server_assumes
}

resource "aws_iam_role_policy" "server" {
  name = "server"
  role = aws_iam_role.server.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(local.machine_may, [
      {
        Sid      = "LogInToRegistry"
        Effect   = "Allow"
        Action   = "ecr:GetAuthorizationToken"
        Resource = "*" # the action knows no resources
      },
      {
        Sid      = "PullImagesOfTheService"
        Effect   = "Allow"
        Action   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
        Resource = "arn:${data.aws_partition.current.partition}:ecr:${var.region}:${var.registry_account_id}:repository/${var.service}"
      },
    ])
  })
}

resource "aws_iam_role_policies_exclusive" "server" {
  role_name    = aws_iam_role.server.name
  policy_names = [aws_iam_role_policy.server.name]
}

resource "aws_iam_role_policy_attachments_exclusive" "server" {
  role_name   = aws_iam_role.server.name
  policy_arns = []
}

resource "aws_iam_instance_profile" "server" {
  name = "${var.name}-server"
  role = aws_iam_role.server.name
}

# Output of commands, in full: Systems Manager itself keeps the first 24,000 characters.
resource "aws_cloudwatch_log_group" "commands" {
  name              = "/ssm/${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

# ---- the machine that watches: no images of the service, and of all secrets the two that ci/monitoring.sh writes

resource "aws_iam_role" "monitoring" {
  count = var.monitoring ? 1 : 0

  name        = "${var.name}-monitoring"
  description = "Machine that watches ${var.name}"

  assume_role_policy = local.server_assumes
}

resource "aws_iam_role_policy" "monitoring" {
  count = var.monitoring ? 1 : 0

  name = "monitoring"
  role = aws_iam_role.monitoring[0].name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(local.machine_may, [
      {
        Sid      = "ReadAddressesOfChatAndDeadManSwitch"
        Effect   = "Allow"
        Action   = "ssm:GetParameter"
        Resource = local.monitoring_secrets
      },
      {
        Sid       = "DecryptThem"
        Effect    = "Allow"
        Action    = "kms:Decrypt"
        Resource  = var.kms_key_arn
        Condition = { StringEquals = { "kms:EncryptionContext:PARAMETER_ARN" = local.monitoring_secrets } }
      },
    ])
  })
}

locals {
  monitoring_secrets = [for name in ["chat-webhook-url", "deadman-url"] :
    "arn:${data.aws_partition.current.partition}:ssm:${var.region}:${var.account_id}:parameter/${var.name}/monitoring/${name}"
  ]
}

resource "aws_iam_role_policies_exclusive" "monitoring" {
  count = var.monitoring ? 1 : 0

  role_name    = aws_iam_role.monitoring[0].name
  policy_names = [aws_iam_role_policy.monitoring[0].name]
}

resource "aws_iam_role_policy_attachments_exclusive" "monitoring" {
  count = var.monitoring ? 1 : 0

  role_name   = aws_iam_role.monitoring[0].name
  policy_arns = []
}

resource "aws_iam_instance_profile" "monitoring" {
  count = var.monitoring ? 1 : 0

  name = "${var.name}-monitoring"
  role = aws_iam_role.monitoring[0].name
}
