# Secrets of the service: their places, and the rights of External Secrets to read exactly these.

variable "secrets" {
  description = "Names of the secrets, the same as in helm/my-service/values.yaml. Their values come by `make secret`."
  type        = set(string)

  validation {
    condition     = alltrue([for name in var.secrets : can(regex("^[A-Za-z0-9][A-Za-z0-9-]{0,126}$", name))])
    error_message = "secrets: names of letters, digits and dashes."
  }
}

module "secrets" {
  source = "../modules/secrets"

  name        = local.name
  secrets     = var.secrets
  region      = var.region
  kms_key_arn = aws_kms_key.this.arn

  # EKS Pod Identity gives the role to the pods of External Secrets, below.
  trust_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "pods.eks.amazonaws.com" }
      Action    = ["sts:AssumeRole", "sts:TagSession"]
      Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
    }]
  })
}

resource "aws_eks_pod_identity_association" "secrets" {
  cluster_name    = module.cluster.name
  namespace       = "external-secrets"
  service_account = "external-secrets"
  role_arn        = module.secrets.role_arn
}
