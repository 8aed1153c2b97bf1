service      = "my-service"
region       = "eu-central-1"
account_id   = "" # fill in: aws sts get-caller-identity --query Account --output text
state_bucket = "example-org-my-service-tfstate"

# Who may read and write the state of an environment: the account that it is in, and no other.
environment_accounts = {
  dev  = "" # fill in: make first-answers PROFILES=dev=...
  qa   = "" # fill in: make first-answers PROFILES=qa=...
  prod = "" # fill in: make first-answers PROFILES=prod=...
}
