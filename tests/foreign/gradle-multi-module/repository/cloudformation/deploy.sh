#!/usr/bin/env bash
set -euo pipefail
environment="$1"
for stack in database services; do
  aws cloudformation deploy --stack-name "warehouse-$stack-$environment" \
    --template-file "cloudformation/$stack.yml" --parameter-overrides "Environment=$environment"
done
