# The same in dev, qa and prod. To try a change in dev first, apply it there before the others: terraform/README.md.
service = "my-service"
region  = "eu-central-1"

# Not every account has the same zones: aws ec2 describe-availability-zones --region eu-central-1
availability_zones = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]

# How many machines serve, and whether one more watches them: `scaffold set servers=…` changes it here and in ci/settings.sh.
servers    = 3
monitoring = true

# 2 vCPU and 1 GiB: enough for the service, which may use 256 MiB, and the system.
instance_type       = "t3.micro"
disk_gib            = 10
monitoring_disk_gib = 20

# 2 GiB for the machine that watches: Prometheus, Alertmanager and Grafana fill one.
monitoring_type = "t3.small"

# Outbound connections of the servers. The port of a database belongs to it, such as 5432.
egress_ports = [80, 443]

# Address of the service. Fill in the zone for the record, if Route 53 has it: aws route53 list-hosted-zones
host           = { dev = "my-service.dev.example.com", qa = "my-service.qa.example.com", prod = "my-service.prod.example.com" }
hosted_zone_id = ""

# The account of the image registry, if it is not the account of the environment.
registry_account_id = ""

# Who may deploy to each environment, and who may compare it with the code: only runs of branch main.
pipelines = {
  # GitLab's subject names the branch and not the environment; GitLab itself keeps the environments apart.
  gitlab = {
    issuer   = "gitlab.com"
    audience = "sts.amazonaws.com"

    deploy_subjects = {
      dev  = "project_path:example-org/my-service:ref_type:branch:ref:main"
      qa   = "project_path:example-org/my-service:ref_type:branch:ref:main"
      prod = "project_path:example-org/my-service:ref_type:branch:ref:main"
    }

    drift_subjects = {
      dev  = "project_path:example-org/my-service:ref_type:branch:ref:main"
      qa   = "project_path:example-org/my-service:ref_type:branch:ref:main"
      prod = "project_path:example-org/my-service:ref_type:branch:ref:main"
    }
  }
}

state_bucket       = "example-org-my-service-tfstate"
log_retention_days = 365
