output "oidc_provider_arns" {
  description = "Providers that the pipelines log in through, by CI system. A service of the account only reads them."
  value       = { for name, provider in aws_iam_openid_connect_provider.pipeline : name => provider.arn }
}
