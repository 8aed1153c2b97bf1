output "domain_name" {
  value = aws_s3_bucket_website_configuration.redirect.website_domain
}
