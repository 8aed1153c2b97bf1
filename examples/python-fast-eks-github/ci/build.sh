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
  # The default builder of a laptop cannot write an OCI layout, and its version is anyone's guess.
  if [[ -z "${BUILDX_BUILDER:-}" ]]; then
    export BUILDX_BUILDER="$SERVICE"
    if dry || ! docker buildx inspect >/dev/null 2>&1; then
      run docker buildx create --name "$SERVICE" --driver docker-container --driver-opt "image=$BUILDKIT_IMAGE"
    fi
  fi
  if [ -f "${LAYER_CACHE:-}/index.json" ]; then options+=(--cache-from "type=local,src=$LAYER_CACHE"); fi
  if [ -n "${LAYER_CACHE:-}" ]; then options+=(--cache-to "type=local,dest=$LAYER_CACHE.new,mode=max"); fi
  for argument in "${arguments[@]}"; do options+=(--build-arg "$argument"); done
  run docker buildx build . "${options[@]}" "--provenance=$provenance" "--sbom=$sbom" --output "$output"
}

# BUILDKIT_HOST: a BuildKit that runs beside this job, in place of Docker.
build_with_buildkit() {
  local argument options=(--opt "platform=$PLATFORM")
  tool buildctl
  if [[ "$sbom" != false ]]; then options+=(--opt "attest:provenance=$provenance" --opt "attest:sbom=$sbom"); fi
  if [ -f "${LAYER_CACHE:-}/index.json" ]; then options+=(--import-cache "type=local,src=$LAYER_CACHE"); fi
  if [ -n "${LAYER_CACHE:-}" ]; then options+=(--export-cache "type=local,dest=$LAYER_CACHE.new,mode=max"); fi
  for argument in "${arguments[@]}"; do options+=(--opt "build-arg:$argument"); done
  run buildctl build --frontend dockerfile.v0 --local context=. --local dockerfile=. "${options[@]}" --output "$output"
}

tool jq
if [[ -n "${BUILDKIT_HOST:-}" ]]; then
  build_with_buildkit
else
  build_with_docker
fi
# The folder LAYER_CACHE keeps the layers of this build, and none that only an older one had. For pull requests alone.
if [ -n "${LAYER_CACHE:-}" ]; then
  run rm -rf "$LAYER_CACHE"
  run mv "$LAYER_CACHE.new" "$LAYER_CACHE"
fi
if ! dry; then
  say "built $(jq -r '.manifests[0].digest' build/image/index.json) from $REVISION"
fi
