resource "aws_s3_bucket" "redirect" {
  bucket = var.from
}

resource "aws_s3_bucket_website_configuration" "redirect" {
  bucket = aws_s3_bucket.redirect.id
  redirect_all_requests_to {
    host_name = var.to
    protocol  = "https"
  }
}
