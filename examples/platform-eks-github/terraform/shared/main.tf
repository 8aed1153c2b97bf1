# Resources that an account has once, and through which the pipelines of the platform and its services log in.

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
