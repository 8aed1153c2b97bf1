output "arn" {
  description = "ARN of the role."
  value       = aws_iam_role.this.arn
}

output "trusted_subjects" {
  description = "Every token subject that may take the role."
  value       = sort(flatten([for pipeline in var.pipelines : pipeline.subjects]))
}
