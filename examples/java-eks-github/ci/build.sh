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

tool docker jq
# The default builder of a laptop cannot write an OCI layout, and its version is anyone's guess.
if [[ -z "${BUILDX_BUILDER:-}" ]]; then
  export BUILDX_BUILDER="$SERVICE"
  if dry || ! docker buildx inspect >/dev/null 2>&1; then
    run docker buildx create --name "$SERVICE" --driver docker-container --driver-opt "image=$BUILDKIT_IMAGE"
  fi
fi

# The time of the commit instead of the time of the build: the same commit gives the same files and the same layers.
SOURCE_DATE_EPOCH="$(git log -1 --format=%ct "$REVISION")"
export SOURCE_DATE_EPOCH
created="$(TZ=UTC git log -1 --format=%cd --date=format-local:%Y-%m-%dT%H:%M:%SZ "$REVISION")"

# Provenance and bill of materials become part of the index, so that the digest covers them. ATTESTATIONS=0 is for
# kind, which cannot load an index that has them.
attestations=(--provenance=mode=max "--sbom=generator=$SBOM_IMAGE")
if [[ "${ATTESTATIONS:-1}" == 0 ]]; then
  attestations=(--provenance=false)
fi

run docker buildx build . \
  --platform "$PLATFORM" \
  --build-arg "REVISION=$REVISION" \
  --build-arg "CREATED=$created" \
  --build-arg "$RUNTIME_ARGUMENT=$(<"$RUNTIME_FILE")" \
  "${attestations[@]}" \
  --output "type=oci,dest=build/image,tar=false,rewrite-timestamp=true,name=$SERVICE:local"

if ! dry; then
  say "built $(jq -r '.manifests[0].digest' build/image/index.json) from $REVISION"
fi
