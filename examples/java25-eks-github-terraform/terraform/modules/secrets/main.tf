# Places for secrets, and the role that may read these and no others. No value is here or in the state: `make secret` writes it.

resource "aws_secretsmanager_secret" "this" {
  #checkov:skip=CKV2_AWS_57:The issuer of a password or a key has to be told of the new one; docs/secrets.md shows how a value is changed
  for_each = var.secrets

  name                    = "${var.name}/${each.key}"
  description             = "Written by make secret; External Secrets brings it into the cluster"
  kms_key_id              = var.kms_key_arn
  recovery_window_in_days = 30
}

resource "aws_iam_role" "reader" {
  name               = "${var.name}-secrets"
  description        = "External Secrets reads the secrets of ${var.name}"
  assume_role_policy = var.trust_policy
}

resource "aws_iam_role_policy" "reader" {
  count = length(var.secrets) > 0 ? 1 : 0

  name = "read-secrets"
  role = aws_iam_role.reader.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "ReadSecrets"
        Effect   = "Allow"
        Action   = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
        Resource = [for name in sort(var.secrets) : aws_secretsmanager_secret.this[name].arn]
      },
      {
        Sid       = "DecryptSecrets"
        Effect    = "Allow"
        Action    = "kms:Decrypt"
        Resource  = var.kms_key_arn
        Condition = { StringEquals = { "kms:ViaService" = "secretsmanager.${var.region}.amazonaws.com" } }
      },
    ]
  })
}

resource "aws_iam_role_policies_exclusive" "reader" {
  role_name    = aws_iam_role.reader.name
  policy_names = aws_iam_role_policy.reader[*].name
}

resource "aws_iam_role_policy_attachments_exclusive" "reader" {
  role_name   = aws_iam_role.reader.name
  policy_arns = []
}
