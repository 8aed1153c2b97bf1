terraform {
  required_version = ">= 1.11.0"

  required_providers {
    helm = {
      source  = "hashicorp/helm"
      version = ">= 3.0.0, < 4.0.0"
    }
  }

  # The state is a Secret in the namespace of the service: whoever may deploy there can read and lock it, and needs no
  # other right. Which cluster: terraform init -backend-config="config_path=$KUBECONFIG"
  backend "kubernetes" {
    namespace     = "my-service"
    secret_suffix = "deploy"
  }
}

provider "helm" {
  kubernetes = {
    config_path = var.kubeconfig
  }
}
