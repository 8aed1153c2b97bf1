#!/usr/bin/env bash
# Look for known weaknesses in what was built and in how it will run; a fixable one that is high or critical stops here.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
tool trivy

options=(--exit-code 1 --severity "HIGH,CRITICAL" --skip-version-check)
if [[ -f .trivyignore.yaml ]]; then
  options+=(--ignorefile .trivyignore.yaml)
fi

if [[ -d build/image ]] || dry; then
  # A finding without a fixed version cannot be fixed here, so it does not stop a release.
  run trivy image --input build/image --scanners vuln,secret --ignore-unfixed "${options[@]}"
else
  die "no build/image to scan: run \`make build\` first"
fi
# Without an image the chart does not render, and trivy would leave it out without a word.
run trivy fs --scanners misconfig,secret --skip-dirs build --helm-values "$CHART/values-local.yaml" "${options[@]}" .
