# Everything the scripts of this folder have to know about this service; no other script names it.
# shellcheck shell=bash disable=SC2034  # the scripts that source this file read the variables

SERVICE="my-service" # also the namespace, the Helm release, the chart and the image
NAMESPACE="my-service"
CHART="helm/my-service"
REPOSITORY_URL="https://github.com/example-org/my-service"
COMMITS="$REPOSITORY_URL/commit/" # how the address of a commit begins
FILES="$REPOSITORY_URL/blob/main/" # and that of a file
ORGANIZATION="example-org"
TEAM="my-service-team"
RUNTIME_FILE=".python-version" # the one place that states the runtime's version
RUNTIME_ARGUMENT="PYTHON_VERSION" # what the Dockerfile calls it
IMAGE_HINT="\`terraform -chdir=terraform/shared output -raw image_repository\` prints it"
# Who may sign an image: the pipeline of this repository on main, and nothing else, as Sigstore names it and its issuer.
# Checked before every deployment. With COSIGN_KEY set, that key's signature counts instead.
SIGNERS=(
  "https://github.com/example-org/my-service/.github/workflows/ci.yml@refs/heads/main https://token.actions.githubusercontent.com"
)
COSIGN_KEY_HINT="name the key that signs, in its key management service (ci/sign.sh)"

DRIFT_OF_SHARED="dev" # the environment whose comparison includes terraform/shared; empty where its role may not read that
# The cluster of an environment, unless the pipeline or a person sets another one.
CLUSTER_NAME="${CLUSTER_NAME:-my-service-${ENVIRONMENT:-}}"
export AWS_REGION="${AWS_REGION:-eu-central-1}"
STATE_BACKEND=s3 # the second part of the name of Terraform's backend files

# The nodes of every environment have this platform; PLATFORM=linux/arm64 builds for a laptop that is not x86.
PLATFORM="${PLATFORM:-linux/amd64}"
BUILDKIT_IMAGE="moby/buildkit:v0.33.0@sha256:6c2fa84a6b61ccd72899dde4239f8d5717f05f9a8ca6f3cad185fb1a95a94de3"
SBOM_IMAGE="docker/buildkit-syft-scanner:1.12.0@sha256:ae4f3b554449e7e25548e7d8ccc029d17357348e30c6e3df01b92bc93654d6a9"

# Allowed sources of the template. Every other `_src_path` in .copier-answers.yml is refused.
TEMPLATE_SOURCES=("scaffold://templates.git")
# Tells in the weekly proposal what Terraform would do; empty: nothing does.
UPDATE_REPORT="ci/rehearse-update.sh"
# The load of `make load-test`: requests a second, for how many seconds, after how many that are not counted, and what is asked for.
LOAD_RATE="${LOAD_RATE:-50}"
LOAD_SECONDS="${LOAD_SECONDS:-60}"
LOAD_WARM_UP="${LOAD_WARM_UP:-10}"
LOAD_PATH="${LOAD_PATH:-/}"

# Versions of the parts that `make platform` and `make monitoring` install.
GATEWAY_API_VERSION="1.6.1"
LOAD_BALANCER_CONTROLLER_VERSION="3.5.0"
KUBE_PROMETHEUS_STACK_VERSION="88.5.3"
