module "vpc" {
  source  = "terraform-aws-modules/vpc/aws"
  version = "6.5.0"

  name = var.name
  cidr = var.cidr
  azs  = ["eu-central-1a", "eu-central-1b"]
}
