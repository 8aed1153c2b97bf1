# Everything the scripts of this folder have to know about this service; no other script names it.
# shellcheck shell=bash disable=SC2034  # the scripts that source this file read the variables

SERVICE="my-service" # the name of the platform, and the beginning of the names of its clusters
REPOSITORY_URL="https://gitlab.com/example-org/my-service"
COMMITS="$REPOSITORY_URL/-/commit/" # how the address of a commit begins
FILES="$REPOSITORY_URL/-/blob/main/" # and that of a file
ORGANIZATION="example-org"
TEAM="my-service-team"
# The cluster of an environment, unless the pipeline or a person sets another one.
CLUSTER_NAME="${CLUSTER_NAME:-my-service-${ENVIRONMENT:-}}"
RESOURCE_GROUP="${RESOURCE_GROUP:-my-service-${ENVIRONMENT:-}}"
STATE_BACKEND=azurerm # the second part of the name of Terraform's backend files

# Allowed sources of the template. Every other `_src_path` in .copier-answers.yml is refused.
TEMPLATE_SOURCES=("scaffold://templates.git")
# Tells in the weekly proposal what Terraform would do; empty: nothing does.
UPDATE_REPORT="ci/rehearse-update.sh"
# mise, for machines of the pipeline that bring no tools of their own.
MISE_VERSION="v2026.9.15"
MISE_SHA256="09ea631d6f3e7031d63606a0892dc4c796f9fb57f493bc45937f9f7113c88216"

# Versions of the parts that `make monitoring` installs.
KUBE_PROMETHEUS_STACK_VERSION="88.5.3"
