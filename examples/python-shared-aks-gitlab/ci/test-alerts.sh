#!/usr/bin/env bash
# Test the alerts: do the rules fire when they should? Whom they reach is for the platform to test.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
tool promtool

run promtool check rules --lint=all --lint-fatal "$CHART/files/rules.yaml"
run promtool test rules monitoring/tests/*.yaml
