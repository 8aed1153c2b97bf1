environment     = "qa"
account_id      = "" # fill in: aws sts get-caller-identity --query Account --output text
vpc_cidr        = "10.20.0.0/16"
certificate_arn = "" # fill in: aws acm list-certificates; terraform/README.md, "The certificate"
