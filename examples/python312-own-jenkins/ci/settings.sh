# Everything the scripts of this folder have to know about this service; no other script names it.
# shellcheck shell=bash disable=SC2034  # the scripts that source this file read the variables

source ci/network.sh # mirrors, proxy and CA of the company

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
IMAGE_HINT="the address of the image in your registry, without a tag: registry.example.com/my-service"
# Sigstore does not know this pipeline, so that it signs with a key (COSIGN_KEY), and no one else may sign.
SIGNERS=()
COSIGN_KEY_HINT="name the key that signs, in its key management service (ci/sign.sh)"

# The nodes of every environment have this platform; PLATFORM=linux/arm64 builds for a laptop that is not x86.
PLATFORM="${PLATFORM:-linux/amd64}"
BUILDKIT_IMAGE="moby/buildkit:v0.33.0@sha256:6c2fa84a6b61ccd72899dde4239f8d5717f05f9a8ca6f3cad185fb1a95a94de3"
SBOM_IMAGE="docker/buildkit-syft-scanner:1.12.0@sha256:ae4f3b554449e7e25548e7d8ccc029d17357348e30c6e3df01b92bc93654d6a9"

# Allowed sources of the template. Every other `_src_path` in .copier-answers.yml is refused.
TEMPLATE_SOURCES=("scaffold://templates.git")
# mise, for machines of the pipeline that bring no tools of their own.
MISE_VERSION="v2026.9.15"
MISE_SHA256="09ea631d6f3e7031d63606a0892dc4c796f9fb57f493bc45937f9f7113c88216"

# Versions of the parts that `make platform` and `make monitoring` install.
ENVOY_GATEWAY_VERSION="1.9.2"
KUBE_PROMETHEUS_STACK_VERSION="88.5.3"
