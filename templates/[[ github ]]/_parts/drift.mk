.PHONY: drift-issue
drift-issue: ## Open, update or close the issue about what `drift` found (ENVIRONMENT)
	ci/drift-issue.sh

