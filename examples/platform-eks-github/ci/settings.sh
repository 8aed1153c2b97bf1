# Everything the scripts of this folder have to know about this service; no other script names it.
# shellcheck shell=bash disable=SC2034  # the scripts that source this file read the variables

SERVICE="my-service" # the name of the platform, and the beginning of the names of its clusters
REPOSITORY_URL="https://github.com/example-org/my-service"
COMMITS="$REPOSITORY_URL/commit/" # how the address of a commit begins
FILES="$REPOSITORY_URL/blob/main/" # and that of a file
ORGANIZATION="example-org"
TEAM="my-service-team"
DRIFT_OF_SHARED="dev" # the environment whose comparison includes terraform/shared; empty where its role may not read that
# The cluster of an environment, unless the pipeline or a person sets another one.
CLUSTER_NAME="${CLUSTER_NAME:-my-service-${ENVIRONMENT:-}}"
export AWS_REGION="${AWS_REGION:-eu-central-1}"
STATE_BACKEND=s3 # the second part of the name of Terraform's backend files

# Allowed sources of the template. Every other `_src_path` in .copier-answers.yml is refused.
TEMPLATE_SOURCES=("scaffold://templates.git")
# Tells in the weekly proposal what Terraform would do; empty: nothing does.
UPDATE_REPORT="ci/rehearse-update.sh"
# Versions of the parts that `make platform` and `make monitoring` install.
GATEWAY_API_VERSION="1.6.1"
LOAD_BALANCER_CONTROLLER_VERSION="3.5.0"
KUBE_PROMETHEUS_STACK_VERSION="88.5.3"
