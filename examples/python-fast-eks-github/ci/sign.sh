#!/usr/bin/env bash
# Sign the digest, so that a deployment can tell what this pipeline built from anything else in the registry.
#
# COSIGN_KEY names a key in a key management service (awskms:///…), here and for
# `make deploy`. Without it Sigstore's certificate authority vouches for the pipeline that runs (its OIDC identity), and its
# public log records the repository's name.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
need IMAGE DIGEST
tool cosign
source ci/cloud.sh
login_registry

if [ -n "${COSIGN_KEY:-}" ]; then
  run cosign sign --yes --key "$COSIGN_KEY" "$IMAGE@$DIGEST"
else
  ((${#SIGNERS[@]})) || need COSIGN_KEY
  run cosign sign --yes "$IMAGE@$DIGEST"
fi
