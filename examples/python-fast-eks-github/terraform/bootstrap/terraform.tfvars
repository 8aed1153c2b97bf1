service      = "my-service"
region       = "eu-central-1"
account_id   = "" # fill in: aws sts get-caller-identity --query Account --output text
state_bucket = "example-org-my-service-tfstate"
