# A role that pipelines take with a token of their own (OpenID Connect): no access key exists that could leak.

resource "aws_iam_role" "this" {
  name                 = var.name
  description          = var.description
  max_session_duration = 3600

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [for name, pipeline in var.pipelines : {
      Sid       = replace(title(name), "-", "")
      Effect    = "Allow"
      Principal = { Federated = "arn:${var.partition}:iam::${var.account_id}:oidc-provider/${pipeline.issuer}" }
      Action    = "sts:AssumeRoleWithWebIdentity"
      # StringEquals, not StringLike: a wildcard in a subject is how other branches and repositories get in.
      Condition = {
        StringEquals = {
          "${pipeline.issuer}:aud" = pipeline.audience
          "${pipeline.issuer}:sub" = pipeline.subjects
        }
      }
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  name   = var.name
  role   = aws_iam_role.this.name
  policy = var.policy
}

# A policy that someone adds by hand is drift that `plan` shows, and `apply` takes away.
resource "aws_iam_role_policies_exclusive" "this" {
  role_name    = aws_iam_role.this.name
  policy_names = [aws_iam_role_policy.this.name]
}

resource "aws_iam_role_policy_attachments_exclusive" "this" {
  role_name   = aws_iam_role.this.name
  policy_arns = []
}
