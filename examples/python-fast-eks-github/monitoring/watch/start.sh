#!/bin/sh
# Start what is in a container on this machine: start.sh prometheus|alertmanager [OPTION…], or start.sh grafana PROGRAM
#
# The rules, the routes and the text of the messages are those of this repository, in short time (shorten.awk). The only other
# difference is the place of each part: the chat is a page on this machine, and so is Grafana. Nothing is written but in /tmp.
set -eu
watch="$(dirname "$0")"
made="${TMPDIR:-/tmp}"
program="$1"
shift

case "$program" in
  prometheus)
    awk -f "$watch/shorten.awk" "$RULES" |
      sed "s|https://grafana\.{{ \$externalLabels\.environment }}\.example\.com|http://localhost:3000|" >"$made/rules.yaml"
    # The cluster has this alert from kube-prometheus-stack.
    cat >"$made/watchdog.yaml" <<END
groups:
  - name: watchdog
    rules:
      - alert: Watchdog
        expr: vector(1)
        labels:
          severity: none
END
    # The labels are the ones that the cluster gives: the rules and the dashboard select by them.
    cat >"$made/prometheus.yaml" <<END
global:
  scrape_interval: 1s
  evaluation_interval: 1s
  external_labels:
    environment: local
rule_files:
  - $made/rules.yaml
  - $made/watchdog.yaml
alerting:
  alertmanagers:
    - static_configs:
        - targets: ["$ALERTMANAGER"]
scrape_configs:
  - job_name: "$SERVICE"
    static_configs:
      - targets: ["$TARGET"]
        labels:
          namespace: "$SERVICE"
          service: "$SERVICE"
          pod: "$SERVICE-local"
END
    exec prometheus --config.file="$made/prometheus.yaml" --storage.tsdb.path="$made/prometheus" \
      --storage.tsdb.retention.time=6h --rules.alert.resend-delay=1s "$@"
    ;;
  alertmanager)
    sed -e 's|https://grafana\.{{ \.CommonLabels\.environment }}\.example\.com|http://localhost:3000|' \
      -e 's|^\({{ define "chat.silence" }}\).*|\1http://localhost:9093/#/silences/new{{ end }}|' "$MESSAGE" >"$made/chat.tmpl"
    # Without the two lines that wrap the configuration for the chart, and with the chat of this machine for every address
    # that is a secret.
    sed -n 's/^    //p' "$ROUTES" | awk -f "$watch/shorten.awk" |
      sed -e "s|/etc/alertmanager/config/\*\.tmpl|$made/chat.tmpl|" \
        -e "s|api_url_file: .*|api_url: $CHAT/chat|" \
        -e "s|url_file: .*/deadman-url|url: $CHAT/watchdog|" >"$made/alertmanager.yaml"
    exec alertmanager --config.file="$made/alertmanager.yaml" --storage.path="$made/alertmanager" \
      --cluster.listen-address= "$@"
    ;;
  grafana)
    mkdir -p "$made/dashboards"
    awk -f "$watch/without-cluster.awk" "$DASHBOARD" >"$made/dashboards/dashboard.json"
    exec "$@"
    ;;
  *)
    echo "usage: start.sh prometheus|alertmanager|grafana" >&2
    exit 2
    ;;
esac
