# The one registry of the service. dev, qa and prod pull the same digest from it: an image is promoted, never rebuilt.

data "aws_partition" "current" {}

resource "aws_kms_key" "this" {
  description             = "Images of ${var.name}"
  enable_key_rotation     = true
  deletion_window_in_days = 30

  # "*" in the policy of a key means this key.
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AccountAdministersKey"
      Effect    = "Allow"
      Principal = { AWS = "arn:${data.aws_partition.current.partition}:iam::${var.account_id}:root" }
      Action    = "kms:*"
      Resource  = "*"
    }]
  })

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_kms_alias" "this" {
  name          = "alias/${var.name}-images"
  target_key_id = aws_kms_key.this.key_id
}

# Nothing expires here: any image may be the one that prod rolls back to, and a rule for images without a tag would also
# take what belongs to an image and has no tag of its own.
resource "aws_ecr_repository" "this" {
  name = var.name

  # A tag that can be moved makes "what runs in prod?" unanswerable.
  image_tag_mutability = "IMMUTABLE"

  image_scanning_configuration {
    scan_on_push = true
  }

  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = aws_kms_key.this.arn
  }

  # The images that prod may have to roll back to are only here.
  lifecycle {
    prevent_destroy = true
  }
}

# Only needed where an environment lives in an account of its own.
resource "aws_ecr_repository_policy" "this" {
  count = length(var.pull_account_ids) > 0 ? 1 : 0

  repository = aws_ecr_repository.this.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "EnvironmentsPull"
      Effect    = "Allow"
      Principal = { AWS = [for account in var.pull_account_ids : "arn:${data.aws_partition.current.partition}:iam::${account}:root"] }
      Action = [
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:DescribeImages",
        "ecr:GetDownloadUrlForLayer",
      ]
    }]
  })
}
