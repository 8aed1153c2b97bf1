#!/usr/bin/env bash
# Install or upgrade Prometheus, Alertmanager and Grafana in one environment. More: monitoring/README.md.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
source ci/cloud.sh
need ENVIRONMENT
tool helm kubectl
connect_cluster

# Secrets are not in Git, and without these two an alert would reach nobody.
for secret in alertmanager-chat grafana-admin; do
  dry || kubectl --namespace monitoring get secret "$secret" >/dev/null 2>&1 ||
    die "the Secret $secret is missing in namespace monitoring: monitoring/README.md says how to create it (the namespace comes from \`make platform\`)"
done

# With Helm 4 the API server merges, and a change by hand must not stop the next upgrade.
flags=()
if dry || [[ "$(helm version --short)" != v3.* ]]; then flags=(--server-side=true --force-conflicts); fi

run helm upgrade --install monitoring oci://ghcr.io/prometheus-community/charts/kube-prometheus-stack \
  --version "$KUBE_PROMETHEUS_STACK_VERSION" \
  --namespace monitoring \
  --values monitoring/values.yaml \
  --values "monitoring/values-$ENVIRONMENT.yaml" \
  --values monitoring/alertmanager/values.yaml \
  --set-file 'alertmanager.templateFiles.chat\.tmpl=monitoring/alertmanager/chat.tmpl' \
  --history-max 10 ${flags[@]+"${flags[@]}"} \
  --wait --timeout 10m
