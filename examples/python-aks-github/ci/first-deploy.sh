#!/usr/bin/env bash
# Setup before the pipeline, one command for each step of docs/first-deploy.md. Each can be run again at any time.
#
#   ci/first-deploy.sh answers       look up and fill in what Terraform asks for, and list what is missing. ADMINS, CIDRS: who
#                                    administers the clusters, and from where they are reached; several with commas.
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
wanted="${ENVIRONMENTS:-dev qa prod}" # whose quotas are counted, and whose values are asked for
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

# Subscription, administrators and registered providers, as Azure reports them.
region="$(sed -n 's/^region *= "\(.*\)".*/\1/p' "$common")"

look_up() {
  tool az
  local subscription="<subscription>" group="${ADMINS:-<group>}" state size offered zone
  if ! dry; then
    subscription="$(az account show --query id --output tsv)" || die "az is not logged in: az login"
  fi
  fill subscription_id "\"$subscription\"" "${files[@]}" "${of_environments[@]}"
  if [ -n "${ADMINS:-}" ]; then
    if ! dry; then
      group="$(az ad group show --group "$ADMINS" --query id --output tsv)" || die "Entra has no group '$ADMINS': \`az ad group list --query '[].displayName'\` lists them"
    fi
    fill admin_group_object_id "\"$group\"" "${files[@]}"
    fill admin_group_object_ids "[\"$group\"]" "${of_environments[@]}"
  fi
  if dry; then return; fi
  if empty admin_group_object_ids "${of_environments[@]}" || empty admin_group_object_id "${files[@]}"; then
    lacks "who administers: make first-answers ADMINS='<name of a group in Entra>', with you in it"
  fi
  # Once per subscription: the disks of the nodes are encrypted where the machine runs.
  state="$(az feature show --namespace Microsoft.Compute --name EncryptionAtHost --query properties.state --output tsv)" || state=unknown
  if [ "$state" != Registered ]; then
    run az feature register --namespace Microsoft.Compute --name EncryptionAtHost --output none
    lacks "the feature EncryptionAtHost of the subscription is $state: it is asked for now, and takes a quarter of an hour"
  else
    run az provider register --namespace Microsoft.Compute
  fi
  size="$(sed -n 's/^node_vm_size *= "\(.*\)".*/\1/p' "$common")"
  offered="$(az vm list-skus --location "$region" --size "$size" --zone --query "[?name=='$size'] | [0].locationInfo[0].zones" --output tsv | tr '\t\n' '  ')"
  for zone in $(sed -n 's/^ *zones *= *\[\(.*\)\].*/\1/p' terraform/modules/cluster/nodes.tf | tr -d '",'); do
    case " $offered " in
      *" $zone "*) ;;
      *) lacks "the subscription gets no $size in zone $zone of $region, but in ( $offered): \`scaffold set zones=…\`, none if there are none" ;;
    esac
  done
}

# there ENVIRONMENT: whether its cluster exists.
there() { az aks show --resource-group "$SERVICE-$1" --name "$SERVICE-$1" --output none 2>/dev/null; }

# enough NAME USED ALLOWED MORE: whether the quota lets MORE be made beside what is USED.
enough() {
  if [ -z "$3" ]; then
    say "warning: cannot read the quota $1 of $region: $4 more are needed"
  elif [ "$(($2 + $4))" -gt "$3" ]; then
    lacks "quota $1: $2 are used and $4 more are needed, $region allows $3: ask for more on the page Quotas of the portal (https://aka.ms/quotas)"
  fi
}

# room "ENVIRONMENT…": whether the quotas of the region have room for those that are not there yet.
room() {
  local environment new=0 nodes used allowed
  for environment in $1; do
    there "$environment" || new=$((new + 1))
  done
  if [ "$new" = 0 ]; then return; fi
  nodes="$(sed -n 's/^node_min *= *\([0-9]*\).*/\1/p' "$common")"
  read -r used allowed < <(az vm list-usage --location "$region" --query "[?name.value=='cores'].[currentValue,limit]" --output tsv) || true
  enough "Total Regional vCPUs" "${used:-0}" "${allowed:-}" "$((2 * (nodes + 4) * new))" # 2 each: 2 of the system, one more of each pool during an update
  used="" allowed=""
  read -r used allowed < <(az network list-usages --location "$region" --query "[?name.value=='PublicIPAddresses'].[currentValue,limit]" --output tsv) || true
  enough "Public IP Addresses" "${used:-0}" "${allowed:-}" "$((2 * new))" # the NAT gateway and the load balancer
}
answers() {
  local word owner
  look_up
  if [ -n "${CIDRS:-}" ]; then
    grep -qE '^(,[0-9]{1,3}(\.[0-9]{1,3}){3}/(1[6-9]|2[0-9]|3[0-2]))+$' <<<",$CIDRS" ||
      die "CIDRS is '$CIDRS': ranges of IPv4 of /16 or smaller, with commas, such as 203.0.113.7/32"
    fill api_allowed_cidrs "$(list "$CIDRS")" "$common"
  fi
  if ! dry && empty api_allowed_cidrs "$common"; then
    say "note: api_allowed_cidrs is empty. Only networks that are joined with those of the clusters reach them, and so must the runners:" \
      "terraform/README.md shows which addresses to give, as CIDRS=…"
  fi
  tool gh
  if dry; then
    put OWNER_ID 1
    put REPOSITORY_ID 2
  elif capitals | grep -qE '^(OWNER|REPOSITORY)_ID$'; then
    owner="$(gh api "repos/$ORGANIZATION/$SERVICE" --jq .owner.id)" ||
      die "GitHub does not show $ORGANIZATION/$SERVICE: \`gh auth login\`, and \`gh repo create $ORGANIZATION/$SERVICE --private --source .\`"
    put OWNER_ID "$owner"
    put REPOSITORY_ID "$(gh api "repos/$ORGANIZATION/$SERVICE" --jq .id)"
  fi
  for word in $(capitals); do
    put "$word" "${!word:-}"
  done
  if dry; then return; fi
  for word in $(capitals); do
    lacks "$word in terraform/shared/terraform.tfvars and $common: make first-answers $word=…"
  done
  room "$wanted"
  [ "$missing" = 0 ] || die "$missing things are missing; what could be looked up is filled in. Run it again with what is named above"
  say "nothing is missing: make locks is next"
}

environment() {
  need ENVIRONMENT
  if dry || ! there "$ENVIRONMENT"; then need CHAT_WEBHOOK_URL DEADMAN_URL; fi # now, and not when the cluster is made
  if ! dry; then
    room "$ENVIRONMENT"
    [ "$missing" = 0 ] || die "$ENVIRONMENT would stop half-made: ask for more first"
  fi
  ci/tf.sh apply env
  export AZURE_SUBSCRIPTION_ID="${AZURE_SUBSCRIPTION_ID:-$(sed -n 's/^subscription_id *= "\(.*\)".*/\1/p' "terraform/env/envs/$ENVIRONMENT.tfvars")}"
  make platform
  make monitoring
}

case "${1:-}" in
  answers | environment) "$1" ;;
  *) die "usage: first-deploy.sh answers|environment" ;;
esac
