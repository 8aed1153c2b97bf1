service    = "my-service"
region     = "eu-central-1"
account_id = "" # fill in: aws sts get-caller-identity --query Account --output text

# Only runs of branch main build images.
pipelines = {
  gitlab = {
    issuer   = "gitlab.com"
    audience = "sts.amazonaws.com"
    subjects = ["project_path:example-org/my-service:ref_type:branch:ref:main"]
  }
}
