#!/usr/bin/env bash
# Test the alerts: do the rules fire when they should, and does every alert reach the people it is for?
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
tool promtool amtool

run promtool check rules --lint=all --lint-fatal "$CHART/files/rules.yaml"
run promtool test rules monitoring/tests/*.yaml

# Alertmanager's configuration as it will be in the cluster: without the two lines that wrap it for the chart, and with
# the message template where it lies here. amtool before 0.26 knows no url_file of a webhook; the routes do not need it.
mkdir -p build
sed -n 's/^    //p' monitoring/alertmanager/values.yaml |
  sed -e 's|/etc/alertmanager/config/\*\.tmpl|../monitoring/alertmanager/*.tmpl|' \
    -e 's|url_file: /etc/alertmanager/secrets/alertmanager-chat/deadman-url|url: https://example.com|' >build/alertmanager.yaml
run amtool check-config build/alertmanager.yaml

arrived=0
while read -r receiver labels; do
  if [[ -z "$receiver" || "$receiver" == "#"* ]]; then continue; fi
  # shellcheck disable=SC2086  # one word per label
  dry || answer="$(amtool config routes test --config.file=build/alertmanager.yaml --verify.receivers="$receiver" $labels 2>&1)" ||
    die "monitoring/alertmanager/routes.txt: this alert does not arrive at $receiver: $labels"$'\n'"$answer"
  arrived=$((arrived + 1))
done <monitoring/alertmanager/routes.txt
say "$arrived kinds of alerts arrive where monitoring/alertmanager/routes.txt says"
