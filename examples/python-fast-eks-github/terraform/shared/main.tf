# Resources that exist once and serve dev, qa and prod alike: the image registry, and the identity of the pipeline that builds.

data "aws_partition" "current" {}

module "registry" {
  source = "../modules/registry"

  name             = var.service
  account_id       = var.account_id
  pull_account_ids = var.pull_account_ids
}

# AWS allows one provider per issuer and account, which is why it stands here and not in env.
resource "aws_iam_openid_connect_provider" "pipeline" {
  for_each = var.pipelines

  url            = "https://${each.value.issuer}"
  client_id_list = [each.value.audience]

  # Other services of the account log in through it. A plan that stops here wants to delete it: take it out of the state
  # instead (terraform/README.md, "The second service in the account").
  lifecycle {
    prevent_destroy = true
  }
}

module "build_role" {
  source = "../modules/ci-role"

  name        = "${var.service}-build"
  description = "Pipeline of ${var.service}: push images"
  partition   = data.aws_partition.current.partition
  account_id  = var.account_id
  pipelines   = var.pipelines

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "LogInToRegistry"
        Effect   = "Allow"
        Action   = "ecr:GetAuthorizationToken"
        Resource = "*" # the action knows no resources
      },
      {
        Sid    = "PushAndRead"
        Effect = "Allow"
        Action = [
          "ecr:BatchCheckLayerAvailability",
          "ecr:BatchGetImage",
          "ecr:CompleteLayerUpload",
          "ecr:DescribeImages",
          "ecr:DescribeImageScanFindings",
          "ecr:GetDownloadUrlForLayer",
          "ecr:InitiateLayerUpload",
          "ecr:PutImage",
          "ecr:UploadLayerPart",
        ]
        Resource = module.registry.arn
      },
    ]
  })

  depends_on = [aws_iam_openid_connect_provider.pipeline]
}
