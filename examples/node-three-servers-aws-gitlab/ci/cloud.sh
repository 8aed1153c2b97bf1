#!/usr/bin/env bash
# How to get into the registry, and how to tell a machine what to run, on AWS. The identity is already here: a role that the
# pipeline assumed, or `aws sso login` on a laptop.

login_registry() {
  need IMAGE
  tool aws crane
  local registry="${IMAGE%%/*}" region
  region="$(echo "$registry" | cut -d. -f4)" # <account>.dkr.ecr.<region>.amazonaws.com
  say "+ aws ecr get-login-password --region $region | crane auth login $registry"
  if dry; then return; fi
  aws ecr get-login-password --region "$region" |
    crane auth login "$registry" --username AWS --password-stdin
}

# server_names: print the machines of ENVIRONMENT that serve, one a line, in their order.
server_names() {
  local number
  for ((number = 1; number <= ${SERVERS:?}; number++)); do echo "$MACHINES-$ENVIRONMENT-$number"; done
}

# monitoring_name: print the machine of ENVIRONMENT that watches the others; nothing where there is none.
monitoring_name() { if [[ -n "$MONITORING" ]]; then echo "$MACHINES-$ENVIRONMENT-monitoring"; fi; }

# describe NAME QUERY: print what AWS knows of a machine.
describe() {
  local answer
  tool aws
  answer="$(aws ec2 describe-instances --region "$AWS_REGION" --output text --query "Reservations[].Instances[].$2" \
    --filters "Name=tag:Name,Values=$1" Name=instance-state-name,Values=running)" || die "cannot ask AWS for the machine $1"
  [[ -n "$answer" && "$answer" != *$'\t'* && "$answer" != *$'\n'* ]] ||
    die "AWS has no one running machine $1 in $AWS_REGION: \`make tf-plan ENVIRONMENT=$ENVIRONMENT\` shows what is missing"
  echo "$answer"
}

# server_address NAME: print its address inside the network.
server_address() { describe "$1" PrivateIpAddress; }

# on_server NAME COMMAND: run COMMAND as root on the machine, print its output, and return its exit status; 124 if it was cut off,
# 125 if it did not reach the machine. Systems Manager keeps the first 24,000 characters of the output;
# /ssm/<service>-<environment> in CloudWatch has the rest.
on_server() {
  local id request file command answer status=0
  if dry; then
    say "+ on $1: ${2%%$'\n'*}"
    return
  fi
  tool aws jq
  id="$(describe "$1" InstanceId)" || return
  request="$(printf '%s' "$2" | jq -Rs --arg id "$id" --arg group "/ssm/$MACHINES-$ENVIRONMENT" '{
    InstanceIds: [$id], DocumentName: "AWS-RunShellScript", TimeoutSeconds: 120, Comment: "make, by the pipeline or a person",
    Parameters: {commands: ["exec /bin/bash -s <<\"END_OF_COMMAND\"\n" + . + "\nEND_OF_COMMAND"], executionTimeout: ["1800"]},
    CloudWatchOutputConfig: {CloudWatchOutputEnabled: true, CloudWatchLogGroupName: $group}}')"
  # In a file of this user alone: the command may hold a secret, and the list of processes is for all to read.
  file="$(mktemp)" || return
  printf '%s' "$request" >"$file"
  command="$(aws ssm send-command --region "$AWS_REGION" --cli-input-json "file://$file" --query Command.CommandId --output text)" || command=""
  rm -f "$file"
  if [[ -z "$command" ]]; then
    # Not the end of everything: the caller knows what has to be taken back.
    say "error: Systems Manager does not take the command for $1"
    return 125
  fi
  # No wait is endless: the command ends by itself after half an hour.
  for _ in $(seq 700); do
    answer="$(aws ssm get-command-invocation --region "$AWS_REGION" --command-id "$command" --instance-id "$id" --output json 2>/dev/null)" || answer="{}"
    case "$(jq -r '.Status // "Pending"' <<<"$answer")" in
      Pending | InProgress | Delayed | Cancelling) sleep 3 ;;
      *) break ;;
    esac
  done
  jq -rj '.StandardOutputContent // ""' <<<"$answer"
  jq -rj '.StandardErrorContent // ""' <<<"$answer" >&2
  case "$(jq -r '.Status // "Pending"' <<<"$answer")" in
    Success | Failed) status="$(jq -r '.ResponseCode' <<<"$answer")" ;;
    *)
      # "Delivery Timed Out" is a machine that is off; "Execution Timed Out" a command that was stopped half-way.
      case "$(jq -r '.StatusDetails // ""' <<<"$answer" | tr -d ' ')" in
        DeliveryTimedOut | Undeliverable | Terminated | AccessDenied | InvalidPlatform) status=125 ;;
        *) status=124 ;;
      esac
      say "error: the command on $1 $([[ "$status" == 125 ]] && echo "did not begin" || echo "did not end"): $(jq -r '.StatusDetails // "no answer"' <<<"$answer")"
      ;;
  esac
  return "$status"
}
