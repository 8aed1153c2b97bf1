# One environment on a cluster of the platform: the identities of the pipeline. dev, qa and prod are this same code with
# another file of values; tests/environments.tftest.hcl fails when they would differ in more than that.

locals {
  name = "${var.service}-${var.environment}"
}

data "aws_partition" "current" {}

# The platform's, and only read: network, cluster, gateway and monitoring are made and kept where the platform is.
data "aws_eks_cluster" "this" {
  name = var.cluster_name
}

# The platform decides about its rights inside the cluster: platform-request.yaml.
module "deploy_role" {
  source = "../modules/ci-role"

  name        = "${local.name}-deploy"
  description = "Pipeline of ${var.service}: deploy to ${var.environment}"
  partition   = data.aws_partition.current.partition
  account_id  = var.account_id

  pipelines = { for name, pipeline in var.pipelines : name => {
    issuer   = pipeline.issuer
    audience = pipeline.audience
    subjects = [pipeline.deploy_subjects[var.environment]]
  } }

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "FindCluster"
        Effect   = "Allow"
        Action   = "eks:DescribeCluster"
        Resource = data.aws_eks_cluster.this.arn
      },
      {
        Sid      = "LogInToRegistry"
        Effect   = "Allow"
        Action   = "ecr:GetAuthorizationToken"
        Resource = "*" # the action knows no resources
      },
      {
        Sid    = "VerifySignatureOfImage"
        Effect = "Allow"
        Action = [
          "ecr:BatchCheckLayerAvailability",
          "ecr:BatchGetImage",
          "ecr:DescribeImages",
          "ecr:GetDownloadUrlForLayer",
        ]
        Resource = "arn:${data.aws_partition.current.partition}:ecr:${var.region}:*:repository/${var.service}"
      },
    ]
  })
}

# Reads what `plan` compares, and writes nothing: not even the lock of the state (plan -lock=false).
module "drift_role" {
  source = "../modules/ci-role"

  name        = "${local.name}-drift"
  description = "Pipeline of ${var.service}: compare ${var.environment} with the code"
  partition   = data.aws_partition.current.partition
  account_id  = var.account_id

  pipelines = { for name, pipeline in var.pipelines : name => {
    issuer   = pipeline.issuer
    audience = pipeline.audience
    subjects = [pipeline.drift_subjects[var.environment]]
  } }

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "LookAtResources"
        Effect = "Allow"
        Action = [
          "ecr:DescribeRepositories",
          "ecr:GetLifecyclePolicy",
          "ecr:GetRepositoryPolicy",
          "ecr:ListTagsForResource",
          "eks:DescribeCluster",
          "iam:GetOpenIDConnectProvider",
          "iam:GetPolicy",
          "iam:GetPolicyVersion",
          "iam:GetRole",
          "iam:GetRolePolicy",
          "iam:ListAttachedRolePolicies",
          "iam:ListOpenIDConnectProviders",
          "iam:ListPolicyVersions",
          "iam:ListRolePolicies",
          "kms:DescribeKey",
          "kms:GetKeyPolicy",
          "kms:GetKeyRotationStatus",
          "kms:ListAliases",
          "kms:ListResourceTags",
        ]
        Resource = "*"
      },
      {
        Sid       = "FindState"
        Effect    = "Allow"
        Action    = "s3:ListBucket"
        Resource  = "arn:${data.aws_partition.current.partition}:s3:::${var.state_bucket}"
        Condition = { StringLike = { "s3:prefix" = ["env/${var.environment}/*", "shared/*", "env:/*"] } } # env:/ is where init looks for workspaces
      },
      {
        Sid      = "ReadState"
        Effect   = "Allow"
        Action   = "s3:GetObject"
        Resource = [for key in ["env/${var.environment}", "shared"] : "arn:${data.aws_partition.current.partition}:s3:::${var.state_bucket}/${key}/terraform.tfstate"]
      },
      {
        Sid       = "DecryptState"
        Effect    = "Allow"
        Action    = "kms:Decrypt"
        Resource  = "arn:${data.aws_partition.current.partition}:kms:${var.region}:*:key/*"
        Condition = { "ForAnyValue:StringEquals" = { "kms:ResourceAliases" = "alias/${var.service}-tfstate" } }
      },
    ]
  })
}
# A cluster that this repository made before it shared one, with all that belongs to it: Terraform forgets it and deletes
# nothing. Who takes it down, and when: terraform/README.md, "From a cluster of its own".
removed {
  from = module.cluster

  lifecycle {
    destroy = false
  }
}

removed {
  from = module.network

  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_kms_alias.this

  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_kms_key.this

  lifecycle {
    destroy = false
  }
}
