# The same in dev, qa and prod. To try a change in dev first, apply it there before the others: terraform/README.md.
service = "my-service"
region  = "westeurope"

# Who may deploy to each environment, and who may compare it with the code: only runs of branch main.
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

    drift_subjects = {
      dev  = "project_path:example-org/my-service:ref_type:branch:ref:main"
      qa   = "project_path:example-org/my-service:ref_type:branch:ref:main"
      prod = "project_path:example-org/my-service:ref_type:branch:ref:main"
    }
  }
}

registry_name          = "crmyserviced9b53465"
state_storage_account  = "stmyserviced9b53465"
shared_subscription_id = null # of bootstrap and shared, if it is not that of the environment
