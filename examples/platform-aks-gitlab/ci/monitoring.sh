#!/usr/bin/env bash
# Install or upgrade Prometheus, Alertmanager and Grafana in one environment. More: monitoring/README.md.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
source ci/cloud.sh
need ENVIRONMENT
tool helm kubectl
connect_cluster

# Secrets are not in Git, and without these two an alert would reach no one. One that exists stays as it is. The values go
# through a pipe: in the arguments of a command every user of this machine could read them.
secret() { # secret NAME VARIABLE=KEY…: make the Secret NAME of these variables
  local name="$1" pair
  shift
  if ! dry && kubectl --namespace monitoring get secret "$name" >/dev/null 2>&1; then return; fi
  for pair in "$@"; do
    need "${pair%%=*}"
  done
  say "+ kubectl create -f - (Secret $name in namespace monitoring)"
  if dry; then return; fi
  jq -n --arg name "$name" '{apiVersion: "v1", kind: "Secret", metadata: {name: $name, namespace: "monitoring"},
      stringData: ($ARGS.positional | map(split("=") | {(.[1]): env[.[0]]}) | add)}' --args "$@" | kubectl create -f - >/dev/null
}
tool jq
dry || kubectl get namespace monitoring >/dev/null 2>&1 || die "the namespace monitoring does not exist: make platform ENVIRONMENT=$ENVIRONMENT comes first"
export DEADMAN_URL_HINT="an address that is called every few minutes and tells you when the calls stop: monitoring/README.md"
if dry; then export CHAT_WEBHOOK_URL="${CHAT_WEBHOOK_URL:-…}" DEADMAN_URL="${DEADMAN_URL:-…}"; fi
secret alertmanager-chat CHAT_WEBHOOK_URL=url DEADMAN_URL=deadman-url
GRAFANA_USER=admin GRAFANA_PASSWORD="$(head -c 32 /dev/urandom | base64 | tr -d '/+=\n')"
export GRAFANA_USER GRAFANA_PASSWORD
secret grafana-admin GRAFANA_USER=admin-user GRAFANA_PASSWORD=admin-password

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
