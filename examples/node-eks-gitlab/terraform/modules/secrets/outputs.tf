output "role_arn" {
  description = "Role that may read the secrets."
  value       = aws_iam_role.reader.arn
}

output "names" {
  description = "Full names of the secrets that the role may read."
  value       = sort([for secret in aws_secretsmanager_secret.this : secret.name])
}
