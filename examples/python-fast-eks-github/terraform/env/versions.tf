terraform {
  # 1.11 is the first release in which the S3 backend locks without DynamoDB.
  required_version = ">= 1.11.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100.0, < 7.0.0"
    }
  }

  # Bucket, key and region: envs/<environment>.s3.tfbackend.
  backend "s3" {}
}

provider "aws" {
  region              = var.region
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = {
      service     = var.service
      environment = var.environment
      managed-by  = "terraform"
    }
  }
}
