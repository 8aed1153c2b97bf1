#!/usr/bin/env bash
# Upload build/image, tagged with the commit, and write its digest to build/digest: all that later stages need.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
need IMAGE REVISION
tool crane jq
source ci/cloud.sh
login_registry

if dry; then
  run crane push build/image "$IMAGE:$REVISION"
  exit
fi
[[ -d build/image ]] || die "no build/image to push: run \`make build\` and \`make scan\` first"

built="$(jq -r '.manifests[0].digest' build/image/index.json)"
# A tag is never moved, whatever the registry allows. When it holds these very bytes already, there is nothing to do.
pushed="$(crane digest "$IMAGE:$REVISION" 2>/dev/null || true)"
if [[ -z "$pushed" ]]; then
  run crane push build/image "$IMAGE:$REVISION"
  pushed="$(crane digest "$IMAGE:$REVISION")"
fi
[[ "$pushed" == "$built" ]] ||
  die "the registry has $pushed for $REVISION, but $built was built and scanned: an image is built once per commit, so deploy that one or make a new commit"
echo "$pushed" >build/digest
say "pushed $IMAGE@$pushed"
