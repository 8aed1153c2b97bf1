# Users of the 2.x series: this one stays on the registry's release, and on its provider.
terraform {
  required_version = ">= 1.0, < 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.0"
    }
  }
}

module "site" {
  source  = "acme/static-site/aws"
  version = "~> 2.0"

  domain = "legacy.example.com"
}
