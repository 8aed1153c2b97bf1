# The same in dev, qa and prod. To try a change in dev first, apply it there before the others: terraform/README.md.
service = "my-service"
region  = "eu-central-1"

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

state_bucket = "example-org-my-service-tfstate"
