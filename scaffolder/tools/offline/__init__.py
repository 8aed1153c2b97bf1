"""Schemas that travel with this package: Terraform providers, shown to Terraform by a server, and custom resources."""
