output "state_bucket" {
  description = "Bucket of all other states; the *.s3.tfbackend files name it."
  value       = aws_s3_bucket.state.bucket
}

output "state_key_arn" {
  description = "Key that encrypts the states."
  value       = aws_kms_key.state.arn
}
