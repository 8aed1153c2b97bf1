#!/usr/bin/env bash
# Write the bill of materials that BuildKit put beside the image to build/sbom.spdx.json, for people and for auditors.
#
# It is part of the image's index: the digest covers image, bill of materials and provenance.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
tool jq

# blob DIGEST: its path in the OCI layout.
blob() { echo "build/image/blobs/${1/://}"; }

if dry; then
  say "+ extract the SPDX statement of build/image to build/sbom.spdx.json"
  exit
fi
[[ -d build/image ]] || die "no build/image: run \`make build\` first"

index="$(jq -r '.manifests[0].digest' build/image/index.json)"
attestation="$(jq -r '[.manifests[] | select(.annotations["vnd.docker.reference.type"] == "attestation-manifest")][0].digest // ""' "$(blob "$index")")"
[[ -n "$attestation" ]] || die "build/image carries no attestation: was it built by ci/build.sh?"
statement="$(jq -r '[.layers[] | select(.annotations["in-toto.io/predicate-type"] == "https://spdx.dev/Document")][0].digest // ""' "$(blob "$attestation")")"
[[ -n "$statement" ]] || die "the attestation of build/image has no bill of materials"
jq .predicate "$(blob "$statement")" >build/sbom.spdx.json
say "build/sbom.spdx.json lists $(jq '.packages | length' build/sbom.spdx.json) packages"
