service    = "my-service"
region     = "eu-central-1"
account_id = "" # fill in: aws sts get-caller-identity --query Account --output text

# Who signs the tokens of the pipelines, and for whom.
pipelines = {
  github = {
    issuer   = "token.actions.githubusercontent.com"
    audience = "sts.amazonaws.com"
  }
}
