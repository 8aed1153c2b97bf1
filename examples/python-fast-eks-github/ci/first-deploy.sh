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

# Account, administrators and zones, as AWS knows them.
look_up() {
  tool aws
  local account="<account>" offered zone
  if ! dry; then
    account="$(aws sts get-caller-identity --query Account --output text)" || die "aws is not logged in: \`aws sso login\`, or export AWS_PROFILE=…"
  fi
  fill account_id "\"$account\"" "${files[@]}" "${of_environments[@]}"
  if [ -n "${ADMINS:-}" ]; then fill admin_principal_arns "$(list "$ADMINS")" "${of_environments[@]}"; fi
  if dry; then return; fi
  if empty admin_principal_arns "${of_environments[@]}"; then
    lacks "who administers the clusters: make first-answers ADMINS=arn:aws:iam::$account:role/<name>; \`aws iam list-roles --query 'Roles[].Arn'\` lists the roles"
  fi
  # EKS puts no control plane into the three that are left out (eks/latest/userguide/network-reqs.html).
  offered="$(aws ec2 describe-availability-zones --region "$AWS_REGION" --filters Name=zone-type,Values=availability-zone Name=state,Values=available \
    --query "AvailabilityZones[?ZoneId!='use1-az3' && ZoneId!='usw1-az2' && ZoneId!='cac1-az3'].ZoneName" --output text | tr '\t\n' '  ')"
  for zone in $(sed -n 's/^availability_zones *= *\[\(.*\)\].*/\1/p' "$common" | tr -d '",'); do
    case " $offered " in
      *" $zone "*) ;;
      *) lacks "zone $zone is none of this account's: give two or three of ( $offered) to availability_zones in $common" ;;
    esac
  done
}

# there ENVIRONMENT: whether its cluster exists.
there() { aws eks describe-cluster --name "$SERVICE-$1" --region "$AWS_REGION" >/dev/null 2>&1; }

# enough SERVICE CODE NAME USED MORE: whether the quota lets MORE be made beside what is USED.
enough() {
  local allowed
  if ! allowed="$(aws service-quotas get-service-quota --region "$AWS_REGION" --service-code "$1" --quota-code "$2" --query Quota.Value --output text 2>/dev/null)"; then
    say "warning: cannot read the quota $3 (servicequotas:GetServiceQuota): $5 more are needed"
    return
  fi
  [ "$(($4 + $5))" -le "${allowed%.*}" ] ||
    lacks "quota $3: $4 are used and $5 more are needed, $AWS_REGION allows ${allowed%.*}:" \
      "aws service-quotas request-service-quota-increase --region $AWS_REGION --service-code $1 --quota-code $2 --desired-value $(($4 + $5))"
}

# room "ENVIRONMENT…": whether the quotas of the region have room for those that are not there yet.
room() {
  local environment new=0 zones nodes
  for environment in $1; do
    there "$environment" || new=$((new + 1))
  done
  if [ "$new" = 0 ]; then return; fi
  zones="$(sed -n 's/^availability_zones *= *//p' "$common" | tr -dc , | wc -c)"
  zones=$((zones + 1))
  if grep -q '^single_nat_gateway *= *true' "$common"; then zones=1; fi
  nodes="$(sed -n 's/^node_min *= *\([0-9]*\).*/\1/p' "$common")"
  enough ec2 L-0263D0A3 "EC2-VPC Elastic IPs" "$(aws ec2 describe-addresses --region "$AWS_REGION" --query 'length(Addresses)' --output text)" "$((zones * new))"
  enough vpc L-F678F1CE "VPCs per Region" "$(aws ec2 describe-vpcs --region "$AWS_REGION" --query 'length(Vpcs)' --output text)" "$new"
  enough ec2 L-1216C47A "Running On-Demand Standard instances (vCPUs)" 0 "$((2 * (nodes + 1) * new))" # 2 each, and one more node during an update
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
  make platform
  make monitoring
}

case "${1:-}" in
  answers | environment) "$1" ;;
  *) die "usage: first-deploy.sh answers|environment" ;;
esac
