.PHONY: setup-github
setup-github: ## Create environments, approvals and variables on GitHub (REVIEWERS, DEPLOY_RUNNER)
	ci/setup-github.sh

