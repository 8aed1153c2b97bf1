#!/usr/bin/env bash
# Sign the digest, so that a deployment can tell what this pipeline built from anything else in the registry.
#
# Without a key: Sigstore's certificate authority vouches for the workflow that runs (its OIDC identity), and the public
# log records the repository's name. To keep the name out of that log, set COSIGN_KEY to a key in a key management
# service (awskms:///alias/…) here and for `make deploy`.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
need IMAGE DIGEST
tool cosign
source ci/cloud.sh
login_registry

if [[ -n "${COSIGN_KEY:-}" ]]; then
  run cosign sign --yes --key "$COSIGN_KEY" "$IMAGE@$DIGEST"
else
  run cosign sign --yes "$IMAGE@$DIGEST"
fi
