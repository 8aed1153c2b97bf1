locals {
  create = var.create
}

resource "aws_s3_bucket" "this" {
  count  = local.create ? 1 : 0
  bucket = var.domain
}

module "logs" {
  source  = "terraform-aws-modules/s3-bucket/aws"
  version = "5.8.0"

  create_bucket = local.create
  bucket        = "${var.domain}-logs"
}

data "aws_iam_policy_document" "read" {
  statement {
    actions   = ["s3:GetObject"]
    resources = ["${aws_s3_bucket.this[0].arn}/*"]
    principals {
      type        = "Service"
      identifiers = ["cloudfront.amazonaws.com"]
    }
  }
}
