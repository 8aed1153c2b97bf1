# Runs without a cluster: terraform -chdir=terraform/deploy init -backend=false && terraform -chdir=terraform/deploy test

mock_provider "helm" {}

variables {
  image    = "registry.example.com/team/service"
  digest   = "sha256:0000000000000000000000000000000000000000000000000000000000000001"
  revision = "0123456789abcdef0123456789abcdef01234567"

  kubeconfig = "/dev/null"
}

run "dev" {
  variables {
    environment = "dev"
  }

  assert {
    condition     = helm_release.service.values[0] == file("../../helm/${var.service}/values-dev.yaml")
    error_message = "dev must use values-dev.yaml."
  }
  assert {
    condition     = { for s in helm_release.service.set : s.name => s.value } == { "image.repository" = var.image, "image.digest" = var.digest, "revision" = var.revision }
    error_message = "The pipeline decides image, digest and revision, and nothing else."
  }
  assert {
    condition     = alltrue([for s in helm_release.service.set : s.type == "string"])
    error_message = "A commit of digits only must not become a number."
  }
  assert {
    condition     = helm_release.service.namespace == var.service && !helm_release.service.create_namespace
    error_message = "The release goes into the namespace that the platform made."
  }
}

run "prod" {
  command = plan

  variables {
    environment = "prod"
  }

  assert {
    condition     = helm_release.service.values[0] == file("../../helm/${var.service}/values-prod.yaml")
    error_message = "prod must use values-prod.yaml."
  }
}

run "refuses_a_tag" {
  command = plan

  variables {
    environment = "prod"
    digest      = "1.2.3"
  }

  expect_failures = [var.digest]
}

run "refuses_an_image_with_a_tag" {
  command = plan

  variables {
    environment = "prod"
    image       = "registry.example.com/team/service:latest"
  }

  expect_failures = [var.image]
}

run "refuses_another_environment" {
  command = plan

  variables {
    environment = "staging"
  }

  expect_failures = [var.environment]
}
