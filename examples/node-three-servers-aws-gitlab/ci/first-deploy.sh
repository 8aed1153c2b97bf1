#!/usr/bin/env bash
# Setup before the pipeline, one command for each step of docs/first-deploy.md. Each can be run again at any time.
#
#   ci/first-deploy.sh answers       look up and fill in what Terraform asks for, and list what is missing.
#                                    ENVIRONMENTS: for fewer than all. A word in capitals of the files: its value
#   ci/first-deploy.sh environment   make one environment (ENVIRONMENT, CHAT_WEBHOOK_URL, DEADMAN_URL; YES=1 applies without asking)
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
source ci/cloud.sh

common=terraform/env/envs/common.tfvars
files=(terraform/bootstrap/terraform.tfvars terraform/shared/terraform.tfvars "$common")
of_environments=()
for environment in dev qa prod; do
  of_environments+=("terraform/env/envs/$environment.tfvars")
done
missing=0

lacks() {
  say "missing: $*"
  missing=$((missing + 1))
}

# A file is written beside the old one and takes its place: a run that is stopped leaves either, never half of one.
take_place() { mv "$1.new" "$1"; }
not_written() {
  rm -f "$1.new"
  die "cannot write $1"
}

# fill NAME VALUE FILE…: give NAME its value in each file where it has none. A value that is filled in stays.
fill() {
  local file
  export name=$1 value=$2
  shift 2
  for file in "$@"; do
    grep -qE "^$name *= (\"\"|\[\])" "$file" || continue
    say "+ $file: $name = $value"
    if dry; then continue; fi
    awk '$1 == ENVIRON["name"] { sub(/(""|\[\]).*$/, ""); print $0 ENVIRON["value"]; next } { print }' "$file" >"$file.new" || not_written "$file"
    take_place "$file"
  done
}

# empty NAME FILE…: whether one of the files has no value for it.
empty() {
  local name=$1
  shift
  dry || grep -qE "^$name *= (\"\"|\[\])" "$@"
}

# list "a,b": as Terraform writes it, ["a", "b"].
list() { printf '["%s"]' "${1//,/\", \"}"; }

# Words in capitals stand for what only the host of the pipeline knows.
capitals() { sed 's/#.*//' "${files[@]}" | grep -oE '"[^"]*"' | grep -oE '[A-Z]{3,}(_[A-Z]+)*_[A-Z]{2,}' | sort -u || true; }

put() {
  local file
  export word=$1 value=$2
  [ -n "$value" ] || return 0
  [ -z "${value//[A-Za-z0-9.:\/@_-]/}" ] || die "$word is '$value': letters, digits and . : / @ _ - only"
  for file in "${files[@]}"; do
    grep -q "$word" "$file" || continue
    say "+ $file: $value in place of $word"
    # Not in a longer word: CONNECTION_SUBJECT_DEV is the beginning of another one.
    if dry; then continue; fi
    awk '{ rest = $0; line = ""; word = ENVIRON["word"]
      while (at = index(rest, word)) {
        before = substr(rest, 1, at - 1); rest = substr(rest, at + length(word))
        whole = substr(before, length(before)) !~ /[A-Z_]/ && substr(rest, 1, 1) !~ /[A-Z_]/
        line = line before (whole ? ENVIRON["value"] : word)
      }
      print line rest }' "$file" >"$file.new" || not_written "$file"
    take_place "$file"
  done
}

# The account, as AWS knows it.
look_up() {
  tool aws
  local account="<account>"
  if ! dry; then
    account="$(aws sts get-caller-identity --query Account --output text)" || die "aws is not logged in: \`aws sso login\`, or export AWS_PROFILE=…"
  fi
  fill account_id "\"$account\"" "${files[@]}" "${of_environments[@]}"
  if ! dry && empty certificate_arn "${of_environments[@]}"; then
    lacks "certificate_arn in terraform/env/envs/<environment>.tfvars: terraform/README.md, \"The certificate\""
  fi
}
answers() {
  local word
  look_up
  for word in $(capitals); do
    put "$word" "${!word:-}"
  done
  if dry; then return; fi
  for word in $(capitals); do
    lacks "$word in terraform/shared/terraform.tfvars and $common: make first-answers $word=…"
  done
  [ "$missing" = 0 ] || die "$missing things are missing; what could be looked up is filled in. Run it again with what is named above"
  say "nothing is missing: make locks is next"
}

environment() {
  need ENVIRONMENT
  need CHAT_WEBHOOK_URL DEADMAN_URL # now, and not when the machine is made
  ci/tf.sh apply env
  make monitoring
}

case "${1:-}" in
  answers | environment) "$1" ;;
  *) die "usage: first-deploy.sh answers|environment" ;;
esac
