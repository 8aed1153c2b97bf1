terraform {
  backend "s3" {
    bucket  = "example-ledger-terraform"
    key     = "ledger.tfstate"
    region  = "eu-central-1"
    encrypt = true
  }
}
