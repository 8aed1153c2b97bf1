service    = "my-service"
region     = "eu-central-1"
account_id = "" # fill in: aws sts get-caller-identity --query Account --output text

# Only runs of branch main build images.
pipelines = {
  # Fill in the host; the page of the credential my-service-cloud shows the whole issuer.
  jenkins = {
    issuer   = "JENKINS_HOST/job/my-service/oidc"
    audience = "sts.amazonaws.com"
    subjects = ["https://JENKINS_HOST/job/my-service/job/main/"]
  }
}
