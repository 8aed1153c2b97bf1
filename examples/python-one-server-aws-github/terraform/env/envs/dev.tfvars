environment = "dev"
account_id  = "" # fill in: aws sts get-caller-identity --query Account --output text
vpc_cidr    = "10.10.0.0/16"
