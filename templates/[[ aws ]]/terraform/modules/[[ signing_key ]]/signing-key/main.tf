# The key that the pipeline signs images with. It never leaves the service: who signs, asks for a signature.

data "aws_partition" "current" {}

resource "aws_kms_key" "this" {
  description              = "Signatures of the images of ${var.service}"
  key_usage                = "SIGN_VERIFY"
  customer_master_key_spec = "ECC_NIST_P256"
  deletion_window_in_days  = 30

  # "*" in the policy of a key means this key.
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [{
        Sid       = "AccountAdministersKey"
        Effect    = "Allow"
        Principal = { AWS = "arn:${data.aws_partition.current.partition}:iam::${var.account_id}:root" }
        Action    = ["kms:*"]
        Resource  = "*"
      }],
      [for account in var.verify_account_ids : {
        Sid       = "Verify${account}"
        Effect    = "Allow"
        Principal = { AWS = "arn:${data.aws_partition.current.partition}:iam::${account}:root" }
        Action    = ["kms:DescribeKey", "kms:GetPublicKey", "kms:Verify"]
        Resource  = "*"
      }],
    )
  })

  # Without it, no image that runs could be verified any more.
  lifecycle {
    prevent_destroy = true
  }
}

# The roles that deploy find the key by this alias.
resource "aws_kms_alias" "this" {
  name          = "alias/${var.service}-signing"
  target_key_id = aws_kms_key.this.key_id
}
