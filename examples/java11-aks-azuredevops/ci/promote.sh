#!/usr/bin/env bash
# Make the candidate that waits in an environment the stable release.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
source ci/cloud.sh
source ci/release.sh
source ci/install.sh
need ENVIRONMENT
tool helm kubectl jq
if dry; then exec ci/deploy.sh; fi

connect_cluster
history="$(settled_history)"
waiting="$(jq -r -L ci 'include "history"; max_by(.revision) | select(waits) | .revision' <<<"$history")"
[[ -n "$waiting" ]] || die "no candidate waits in $ENVIRONMENT: \`make deploy\` brings one"
values="$(helm get values "$SERVICE" --namespace "$NAMESPACE" --revision "$waiting" --output json)"
IMAGE="$(jq -r .image.repository <<<"$values")"
DIGEST="$(jq -r .candidate.digest <<<"$values")"
REVISION="$(jq -r .candidate.revision <<<"$values")"
export IMAGE DIGEST REVISION
PROMOTE=1 exec ci/deploy.sh
