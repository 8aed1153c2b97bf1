service    = "my-service"
region     = "eu-central-1"
account_id = "" # fill in: aws sts get-caller-identity --query Account --output text

# Only runs of branch main build images. The numbers in the subject never change, so that nobody who takes over a
# deleted or renamed repository's name gets in.
pipelines = {
  github = {
    issuer   = "token.actions.githubusercontent.com"
    audience = "sts.amazonaws.com"
    subjects = ["repo:example-org@OWNER_ID/my-service@REPOSITORY_ID:ref:refs/heads/main"]
  }
}
