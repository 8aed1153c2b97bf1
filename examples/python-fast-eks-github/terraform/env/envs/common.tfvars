# The same in dev, qa and prod. To try a change in dev first, apply it there before the others: terraform/README.md.
service = "my-service"
region  = "eu-central-1"

# Not every account has the same zones: aws ec2 describe-availability-zones --region eu-central-1
availability_zones = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
single_nat_gateway = false

# Standard support of this version ends on 2027-08-02.
kubernetes_version = "1.36"

# aws eks describe-addon-versions --kubernetes-version 1.36 --addon-name coredns
addon_versions = {
  "aws-ebs-csi-driver"     = "v1.66.0-eksbuild.1"
  "coredns"                = "v1.14.3-eksbuild.23"
  "eks-pod-identity-agent" = "v1.3.10-eksbuild.3"
  "kube-proxy"             = "v1.36.0-eksbuild.25"
  "metrics-server"         = "v0.9.0-eksbuild.11"
  "vpc-cni"                = "v1.22.4-eksbuild.3"
}

# One node per zone at rest. 2 vCPU and 8 GiB each: the service, the monitoring and the system fit on two of them.
node_instance_types = ["m6i.large", "m7i.large", "m5.large"]
node_min            = 3
node_max            = 6
node_disk_gib       = 50

# Who may reach the Kubernetes API from outside the network: people and runners, by address, such as ["203.0.113.0/28"].
# With none the pipeline cannot deploy: terraform/README.md, "How the pipeline reaches the cluster".
api_allowed_cidrs = []

# Who may deploy to each environment, and who may compare it with the code: only runs of branch main.
pipelines = {
  # The numbers never change: who takes over the name of a deleted or renamed repository does not get in.
  github = {
    issuer   = "token.actions.githubusercontent.com"
    audience = "sts.amazonaws.com"

    deploy_subjects = {
      dev  = "repo:example-org@OWNER_ID/my-service@REPOSITORY_ID:environment:dev"
      qa   = "repo:example-org@OWNER_ID/my-service@REPOSITORY_ID:environment:qa"
      prod = "repo:example-org@OWNER_ID/my-service@REPOSITORY_ID:environment:prod"
    }

    drift_subjects = {
      dev  = "repo:example-org@OWNER_ID/my-service@REPOSITORY_ID:ref:refs/heads/main"
      qa   = "repo:example-org@OWNER_ID/my-service@REPOSITORY_ID:ref:refs/heads/main"
      prod = "repo:example-org@OWNER_ID/my-service@REPOSITORY_ID:ref:refs/heads/main"
    }
  }
}

state_bucket       = "example-org-my-service-tfstate"
log_retention_days = 365
