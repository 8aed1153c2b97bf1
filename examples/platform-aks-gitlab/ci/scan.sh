#!/usr/bin/env bash
# Look for known weaknesses in how the platform is configured, and for secrets; one that is high or critical stops here.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
tool trivy

options=(--exit-code 1 --severity "HIGH,CRITICAL" --skip-version-check)
if [[ -f .trivyignore.yaml ]]; then
  options+=(--ignorefile .trivyignore.yaml)
fi
run trivy fs --scanners misconfig,secret --skip-dirs build "${options[@]}" .
