#!/usr/bin/env bash
# Test the alerts: do the rules fire when they should, and stay quiet when they should?
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
tool promtool

run promtool check rules --lint=all --lint-fatal monitoring/rules.yaml
run promtool test rules monitoring/tests/*.yaml
