service    = "my-service"
region     = "eu-central-1"
account_id = "" # fill in: aws sts get-caller-identity --query Account --output text

# Only runs of branch main build images.
pipelines = {
  # Fill in the id of the organization, of Organization settings / Microsoft Entra.
  azure-devops = {
    issuer   = "vstoken.dev.azure.com/ORGANIZATION_ID"
    audience = "api://AzureADTokenExchange"
    subjects = ["sc://example-org/my-service/my-service-build"]
  }
}
