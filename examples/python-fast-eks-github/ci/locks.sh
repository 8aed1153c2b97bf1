#!/usr/bin/env bash
# Pin what is downloaded: providers of Terraform, base images, the scaffolder (SCAFFOLDER_FROM), and tools. Commit what it writes.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
tool mise
make tf-lock
make pin
run mise lock
