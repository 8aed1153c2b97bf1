provider "aws" {
  region = "eu-west-1"
}

provider "aws" {
  alias  = "us_east_1"
  region = "us-east-1"
}

module "site" {
  source = "../../"

  providers = {
    aws           = aws
    aws.us_east_1 = aws.us_east_1
  }

  domain      = "www.example.com"
  signing_key = file("${path.module}/../../tests/fixtures/public_key.pem")
}

module "redirect" {
  source = "../../modules/redirect"

  from = "example.com"
  to   = "www.example.com"
}
