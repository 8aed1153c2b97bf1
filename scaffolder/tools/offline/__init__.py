"""Packaged schemas: Terraform providers, served to Terraform, and custom resources."""
