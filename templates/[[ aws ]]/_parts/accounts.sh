# in_account ENVIRONMENT: go on as its profile of aws, if PROFILES names one.
in_account() {
  local profile
  profile="$(tr ',' '\n' <<<"${PROFILES:-}" | sed -n "s/^$1=//p")"
  if [ -n "$profile" ]; then export AWS_PROFILE="$profile"; else back; fi
}

# back: as at the beginning, in the account of state and registry.
first_profile="${AWS_PROFILE:-}"
back() { if [ -n "$first_profile" ]; then export AWS_PROFILE="$first_profile"; else unset AWS_PROFILE; fi; }

# account_of ENVIRONMENT: print the account that its file names.
account_of() { sed -n 's/^account_id *= *"\([0-9]*\)".*/\1/p' "terraform/env/envs/$1.tfvars"; }

# The account of each environment, in its file, and for the state and the images in those of bootstrap and shared.
accounts_of_environments() {
  local environment found all=""
  for environment in $wanted; do
    found="<account of $environment>"
    if ! dry; then
      found="$(account_of "$environment")"
      if [ -z "$found" ] && grep -q "^$environment=" < <(tr ',' '\n' <<<"${PROFILES:-}"); then
        in_account "$environment"
        found="$(aws sts get-caller-identity --query Account --output text)" || die "aws is not logged in to the account of $environment: \`aws sso login --profile $AWS_PROFILE\`"
        back
      fi
      if [ -z "$found" ]; then
        lacks "the account of $environment: make first-answers PROFILES=$environment=<profile>,…; \`aws configure list-profiles\` lists them"
        continue
      fi
    fi
    fill account_id "\"$found\"" "terraform/env/envs/$environment.tfvars"
    fill_row "$environment" "$found" terraform/bootstrap/terraform.tfvars
    all="$all,$found"
  done
  if [ -n "$all" ] && [ "$missing" = 0 ]; then
    fill pull_account_ids "$(list "$(tr ',' '\n' <<<"${all#,}" | sort -u | paste -sd , -)")" terraform/shared/terraform.tfvars
  fi
}

# fill_row NAME VALUE FILE: give a row of a table its value, if it has none.
fill_row() {
  export name=$1 value=$2
  grep -qE "^ +$name *= \"\"" "$3" || return 0
  say "+ $3: $name = $value"
  if dry; then return; fi
  awk '$1 == ENVIRON["name"] && /= ""/ { sub(/"".*$/, ""); print $0 "\"" ENVIRON["value"] "\""; next } { print }' "$3" >"$3.new" || not_written "$3"
  take_place "$3"
}

