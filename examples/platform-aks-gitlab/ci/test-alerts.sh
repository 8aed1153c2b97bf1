#!/usr/bin/env bash
# Test the routes: does every alert reach the people it is for? The rules of a service are tested in its own repository.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
tool amtool

# Alertmanager's configuration as it will be in the cluster: without the two lines that wrap it for the chart, and with
# the message template where it lies here.
config=build/alertmanager.yaml
mkdir -p build
sed -n 's/^    //p' monitoring/alertmanager/values.yaml |
  sed 's|/etc/alertmanager/config/\*\.tmpl|../monitoring/alertmanager/*.tmpl|' >"$config"

# Old releases do not know every setting of the receivers. The routes need only their names.
minor="$(amtool --version 2>&1 | sed -n 's/^amtool, version 0\.\([0-9]*\).*/\1/p' || true)"
if [[ -n "$minor" && "$minor" -lt 28 ]]; then
  say "warning: amtool 0.$minor is too old to judge the receivers, only the routes to them; \`mise install\` brings the right one"
  sed -i.bak -e '/^receivers:/,$ {' -e '/^receivers:/b' -e '/^  - name:/b' -e 'd' -e '}' "$config"
fi
run amtool check-config "$config"

arrived=0
while read -r receiver line; do
  if [[ -z "$receiver" || "$receiver" == "#"* ]]; then continue; fi
  read -ra labels <<<"$line"
  dry || answer="$(amtool config routes test --config.file="$config" --verify.receivers="$receiver" "${labels[@]}" 2>&1)" ||
    die "monitoring/alertmanager/routes.txt: this alert does not arrive at $receiver: $line"$'\n'"$answer"
  arrived=$((arrived + 1))
done <monitoring/alertmanager/routes.txt
say "$arrived routes lead to the receivers of monitoring/alertmanager/routes.txt"
