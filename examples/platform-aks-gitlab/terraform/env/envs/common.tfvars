# The same in dev, qa and prod. To try a change in dev first, apply it there before the others: terraform/README.md.
service = "my-service"
region  = "westeurope"

# Standard support of this version ends on 2027-06-30.
kubernetes_version = "1.36"

# One node of the service per zone at rest, beside two of the system. 2 vCPU, 8 GiB and a local disk of 75 GiB each.
node_vm_size  = "Standard_D2ds_v5"
node_min      = 3
node_max      = 6
node_disk_gib = 50

# Volumes are encrypted with keys that Azure keeps; otherwise the id of a disk encryption set with a key of yours.
disk_encryption_set_id = null

# Who may reach the Kubernetes API from outside the network: people and runners, by address, such as ["203.0.113.0/28"].
# With none the pipeline cannot deploy: terraform/README.md, "How the pipeline reaches the cluster". Decide before the
# first apply: an API that gets or loses its public address is a new cluster. The nodes' own address is added by itself.
api_allowed_cidrs = []

# Who may deploy to each environment: only runs of branch main.
pipelines = {
  # GitLab's subject names the branch and not the environment; GitLab itself keeps the environments apart.
  gitlab = {
    issuer   = "gitlab.com"
    audience = "api://AzureADTokenExchange"

    deploy_subjects = {
      dev  = "project_path:example-org/my-service:ref_type:branch:ref:main"
      qa   = "project_path:example-org/my-service:ref_type:branch:ref:main"
      prod = "project_path:example-org/my-service:ref_type:branch:ref:main"
    }
  }
}

state_storage_account  = "stmyserviced9b53465"
shared_subscription_id = "" # fill in: that of bootstrap, az account show --query id --output tsv
log_retention_days     = 365
