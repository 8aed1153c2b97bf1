#!/usr/bin/env bash
# How a release gets into the cluster: Helm.

# Longer than the chart's progressDeadlineSeconds, so that Kubernetes gives the reason first.
timeout="${TIMEOUT:-10m}"

install_release() {
  run helm upgrade --install "$SERVICE" "$CHART" \
    --namespace "$NAMESPACE" \
    --values "$CHART/values-$ENVIRONMENT.yaml" \
    --set-string "image.repository=$IMAGE" \
    --set-string "image.digest=$DIGEST" \
    --set-string "revision=$REVISION" \
    --description "$REVISION" \
    --history-max 10 \
    --wait --timeout "$timeout"
}

# return_to REVISION-OF-HELM: make the release again what it was then.
return_to() { run helm rollback "$SERVICE" "$1" --namespace "$NAMESPACE" --wait --timeout "$timeout"; }
