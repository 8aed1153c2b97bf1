#!/usr/bin/env bash
# Resources of AWS for the monitoring: a store for its secrets, and a way to its machine.

# secret_address NAME: print where the machine reads a secret, as read-secret.sh of server/ takes it.
secret_address() { echo "$AWS_REGION:$(secret_name "$1")"; }

secret_name() { echo "/$MACHINES-$ENVIRONMENT/monitoring/$1"; }

# put_secret NAME VALUE: write it to the Parameter Store, encrypted with the key of the environment; what was there is replaced.
put_secret() {
  local file status=0
  say "+ aws ssm put-parameter --name $(secret_name "$1")"
  if dry; then return; fi
  tool aws jq
  # In a file of this user alone: the list of processes is for all to read.
  file="$(mktemp)" || return
  printf '%s' "$2" | jq -Rs --arg name "$(secret_name "$1")" --arg key "alias/$MACHINES-$ENVIRONMENT" \
    '{Name: $name, Value: ., Type: "SecureString", KeyId: $key, Overwrite: true}' >"$file"
  aws ssm put-parameter --region "$AWS_REGION" --cli-input-json "file://$file" >/dev/null || status=$?
  rm -f "$file"
  return "$status"
}

# tunnel MACHINE PORT: lead a port of this computer to the same one of the machine, until Ctrl-C.
tunnel() {
  local id
  if dry; then
    say "+ aws ssm start-session --document-name AWS-StartPortForwardingSession: port $2 of $1"
    return
  fi
  tool aws
  command -v session-manager-plugin >/dev/null ||
    die "session-manager-plugin is not installed: https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html"
  id="$(describe "$1" InstanceId)" || return
  aws ssm start-session --region "$AWS_REGION" --target "$id" --document-name AWS-StartPortForwardingSession \
    --parameters "portNumber=$2,localPortNumber=$2"
}
