#!/usr/bin/env bash
# Write the value of a secret to AWS Secrets Manager: typed at a prompt, or from standard input. It is never an argument of a
# program, which others on the machine can see, nor in a file or a log. Why a new value needs no restart: docs/secrets.md.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
source ci/cloud.sh
need ENVIRONMENT NAME
secret="${NAME:-}"

awk -v field=key -f ci/secrets.awk "$CHART/values.yaml" | grep -xF -- "$secret" >/dev/null ||
  die "no secret is called $secret: list it in $CHART/values.yaml and terraform/env/envs/common.tfvars first (docs/secrets.md)"

value=""
if dry; then
  value="<value>"
elif [ -t 0 ]; then
  IFS= read -rsp "Value of $secret in $ENVIRONMENT (not shown): " value
  say ""
else
  value="$(cat)"
fi
[ -n "$value" ] || die "the value of $secret is empty: nothing was written"

tool aws
id="$SERVICE-$ENVIRONMENT/$secret"
say "+ aws secretsmanager put-secret-value --secret-id $id --secret-string file:///dev/stdin"
if ! dry; then
  printf '%s' "$value" | aws secretsmanager put-secret-value --region "$AWS_REGION" --secret-id "$id" \
    --secret-string file:///dev/stdin --query VersionId --output text >/dev/null
fi
say "$id has a new value; pods read it within the refresh interval"
