#!/usr/bin/env bash
# Install or upgrade External Secrets, which brings the secrets of the service from AWS Secrets Manager. `make platform` runs it.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
source ci/cloud.sh
need ENVIRONMENT
tool helm kubectl
connect_cluster

run helm upgrade --install external-secrets external-secrets \
  --repo https://charts.external-secrets.io --version "$EXTERNAL_SECRETS_VERSION" \
  --namespace external-secrets --values platform/external-secrets.yaml \
  --wait --timeout 5m
