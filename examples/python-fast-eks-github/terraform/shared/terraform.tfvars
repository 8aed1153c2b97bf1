service    = "my-service"
region     = "eu-central-1"
account_id = "" # fill in: aws sts get-caller-identity --query Account --output text

# Only runs of branch main build images.
pipelines = {
  # The numbers never change: who takes over the name of a deleted or renamed repository does not get in.
  github = {
    issuer   = "token.actions.githubusercontent.com"
    audience = "sts.amazonaws.com"
    subjects = ["repo:example-org@OWNER_ID/my-service@REPOSITORY_ID:ref:refs/heads/main"]
  }
}
