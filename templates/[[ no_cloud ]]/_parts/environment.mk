.PHONY: environment
environment: ## Prepare a cluster: login of the pipeline, platform, Secrets (ENVIRONMENT, KUBECONFIG)
	ci/first-deploy.sh

