# What a machine may do: take commands, write what they said, and pull the images of this one service.

resource "aws_iam_role" "server" {
  name        = "${var.name}-server"
  description = "Machines of ${var.name}"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "ec2.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "server" {
  #checkov:skip=CKV_AWS_290:The messages of Systems Manager know no resources
  #checkov:skip=CKV_AWS_355:For the same reason as CKV_AWS_290
  name = "server"
  role = aws_iam_role.server.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # Less than AmazonSSMManagedInstanceCore, which also reads every parameter of the account. None of these knows resources.
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
        Resource = "*"
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
    ]
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

# What commands said, in full: Systems Manager itself keeps the first 24,000 characters.
resource "aws_cloudwatch_log_group" "commands" {
  name              = "/ssm/${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}
