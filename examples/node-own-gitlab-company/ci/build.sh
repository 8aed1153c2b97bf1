#!/usr/bin/env bash
# Build the image, once, into an OCI layout on disk. This is the only place that builds one.
#
# Nothing is pushed here: `make scan` looks at exactly these bytes, and `make push` uploads exactly these bytes. With
# IMAGE set, an image that the registry already has for this commit is taken instead, so that running a pipeline again
# does not make a second image of the same commit.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
need REVISION

run rm -rf build/image build/digest

if [[ -n "${IMAGE:-}" ]]; then
  tool crane
  source ci/cloud.sh
  login_registry
  if ! dry && crane digest "$IMAGE:$REVISION" >/dev/null 2>&1; then
    say "this commit was built before: taking that image"
    run crane pull --format=oci "$IMAGE:$REVISION" build/image
    exit
  fi
fi

# The time of the commit instead of the time of the build: the same commit gives the same files and the same layers.
SOURCE_DATE_EPOCH="$(git log -1 --format=%ct "$REVISION")"
created="$(TZ=UTC git log -1 --format=%cd --date=format-local:%Y-%m-%dT%H:%M:%SZ "$REVISION")"
arguments=("REVISION=$REVISION" "CREATED=$created" "SOURCE_DATE_EPOCH=$SOURCE_DATE_EPOCH" "$RUNTIME_ARGUMENT=$(<"$RUNTIME_FILE")")
arguments+=("HTTP_PROXY=$HTTP_PROXY" "HTTPS_PROXY=$HTTPS_PROXY" "NO_PROXY=$NO_PROXY") # for the steps alone: they are not in the image
output="type=oci,dest=build/image,tar=false,rewrite-timestamp=true,name=$SERVICE:local"

# Provenance and bill of materials become part of the index, so that the digest covers them. ATTESTATIONS=0 is for
# kind, which cannot load an index that has them.
provenance="mode=max" sbom="generator=$SBOM_IMAGE"
if [[ "${ATTESTATIONS:-1}" == 0 ]]; then
  provenance="false" sbom="false"
fi

build_with_docker() {
  local argument options=(--platform "$PLATFORM")
  tool docker
  # The builder is a container: it has neither the CA nor the proxy of this machine.
  local builder=()
  if ! dry; then
    mkdir -p build
    printf '[registry."%s"]\n  ca = ["%s"]\n' "registry.example.com" "$company_ca" >build/buildkitd.toml
  fi
  builder+=(--buildkitd-config build/buildkitd.toml)
  builder+=(--driver-opt "env.HTTPS_PROXY=$HTTPS_PROXY" --driver-opt "\"env.NO_PROXY=$NO_PROXY\"")
  # The default builder of a laptop cannot write an OCI layout, and its version is anyone's guess.
  if [[ -z "${BUILDX_BUILDER:-}" ]]; then
    export BUILDX_BUILDER="$SERVICE"
    if dry || ! docker buildx inspect >/dev/null 2>&1; then
      run docker buildx create --name "$SERVICE" --driver docker-container --driver-opt "image=$BUILDKIT_IMAGE" ${builder[@]+"${builder[@]}"}
    fi
  fi
  for argument in "${arguments[@]}"; do options+=(--build-arg "$argument"); done
  run docker buildx build . "${options[@]}" "--provenance=$provenance" "--sbom=$sbom" --output "$output"
}

# BUILDKIT_HOST: a BuildKit that runs beside this job, in place of Docker.
build_with_buildkit() {
  local argument options=(--opt "platform=$PLATFORM")
  tool buildctl
  if [[ "$sbom" != false ]]; then options+=(--opt "attest:provenance=$provenance" --opt "attest:sbom=$sbom"); fi
  for argument in "${arguments[@]}"; do options+=(--opt "build-arg:$argument"); done
  run buildctl build --frontend dockerfile.v0 --local context=. --local dockerfile=. "${options[@]}" --output "$output"
}

tool jq
if [[ -n "${BUILDKIT_HOST:-}" ]]; then
  build_with_buildkit
else
  build_with_docker
fi
if ! dry; then
  say "built $(jq -r '.manifests[0].digest' build/image/index.json) from $REVISION"
fi
