#!/usr/bin/env bash
# Setup before the pipeline. It can be run again at any time.
#
#   ci/first-deploy.sh answers   look up and fill in what Terraform asks for, and list what is missing. ADMINS: who administers the state.
#                                ENVIRONMENTS: for fewer than all. A word in capitals of the files: its value
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
source ci/cloud.sh

common=terraform/env/envs/common.tfvars
files=(terraform/bootstrap/terraform.tfvars terraform/shared/terraform.tfvars "$common")
of_environments=()
for environment in dev qa prod; do
  of_environments+=("terraform/env/envs/$environment.tfvars")
done
wanted="${ENVIRONMENTS:-dev qa prod}" # whose values are asked for
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

# Subscription and administrators, as Azure knows them, and with which identity the clusters of the platform pull images.
look_up() {
  tool az
  local subscription="<subscription>" group="${ADMINS:-<group>}" environment file name resources identity
  if ! dry; then
    subscription="$(az account show --query id --output tsv)" || die "az is not logged in: az login"
  fi
  fill subscription_id "\"$subscription\"" "${files[@]}" "${of_environments[@]}"
  if [ -n "${ADMINS:-}" ]; then
    if ! dry; then
      group="$(az ad group show --group "$ADMINS" --query id --output tsv)" || die "Entra has no group '$ADMINS': \`az ad group list --query '[].displayName'\` lists them"
    fi
    fill admin_group_object_id "\"$group\"" "${files[@]}"
  fi
  for environment in $wanted; do
    file="terraform/env/envs/$environment.tfvars" identity="<nodes of $environment>"
    empty nodes_principal_id "$file" || continue
    if ! dry; then
      name="$(sed -n 's/^cluster_name *= *"\(.*\)".*/\1/p' "$file")"
      resources="$(sed -n 's/^cluster_resource_group *= *"\(.*\)".*/\1/p' "$file")"
      subscription="$(sed -n 's/^subscription_id *= *"\(.*\)".*/\1/p' "$file")"
      identity="$(az aks show --subscription "$subscription" --resource-group "$resources" --name "$name" --query identityProfile.kubeletidentity.objectId --output tsv 2>/dev/null)" || identity=""
      if [ -z "$identity" ]; then
        lacks "the cluster $name: give the platform's names to cluster_name and cluster_resource_group in $file, and to nodes_principal_id if you may not look"
        continue
      fi
    fi
    fill nodes_principal_id "\"$identity\"" "$file"
  done
  if dry; then return; fi
  if empty admin_group_object_id "${files[@]}"; then
    lacks "who administers the state: make first-answers ADMINS='<name of a group in Entra>', with you in it"
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

case "${1:-}" in
  answers) "$1" ;;
  *) die "usage: first-deploy.sh answers" ;;
esac
