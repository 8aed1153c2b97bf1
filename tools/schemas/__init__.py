"""Make the schemas of Terraform providers from published packages."""
