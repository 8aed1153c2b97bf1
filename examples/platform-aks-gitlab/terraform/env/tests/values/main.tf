# Reads the files of values, so that the tests try what will be applied.

terraform {
  required_version = ">= 1.11.0"

  required_providers {
    terraform = {
      source = "terraform.io/builtin/terraform"
    }
  }
}

locals {
  values = { for name in ["common", "dev", "qa", "prod"] : name => provider::terraform::decode_tfvars(file("${path.module}/../../envs/${name}.tfvars")) }
}

output "common" {
  value = local.values.common
}

output "dev" {
  value = local.values.dev
}

output "qa" {
  value = local.values.qa
}

output "prod" {
  value = local.values.prod
}
