# Resources that exist once and serve dev, qa and prod alike: the image registry, and the identity of the pipeline that builds.

data "aws_partition" "current" {}

module "registry" {
  source = "../modules/registry"

  name             = var.service
  account_id       = var.account_id
  pull_account_ids = var.pull_account_ids
}

# The account has these already, one per issuer: other services log in through them. Here they are only read.
data "aws_iam_openid_connect_provider" "pipeline" {
  for_each = var.pipelines

  url = "https://${each.value.issuer}"

  lifecycle {
    postcondition {
      condition     = contains(self.client_id_list, each.value.audience)
      error_message = "The provider of ${each.value.issuer} does not accept the audience ${each.value.audience}: add it with `aws iam add-client-id-to-open-id-connect-provider` (terraform/README.md, \"The second service in the account\")."
    }
  }
}

# A provider that this repository made before is left to the account.
removed {
  from = aws_iam_openid_connect_provider.pipeline

  lifecycle {
    destroy = false
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

  depends_on = [data.aws_iam_openid_connect_provider.pipeline]
}
