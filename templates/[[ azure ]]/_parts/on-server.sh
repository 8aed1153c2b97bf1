# server_names: print the machines of ENVIRONMENT that serve, one a line, in their order.
server_names() {
  local number
  for ((number = 1; number <= ${SERVERS:?}; number++)); do echo "$MACHINES-$ENVIRONMENT-$number"; done
}

# monitoring_name: print the machine of ENVIRONMENT that watches the others; nothing where there is none.
monitoring_name() { if [ -n "$MONITORING" ]; then echo "$MACHINES-$ENVIRONMENT-monitoring"; fi; }

# server_address NAME: print its address inside the network.
server_address() {
  need AZURE_SUBSCRIPTION_ID
  tool az
  log_in
  az network nic show --subscription "$AZURE_SUBSCRIPTION_ID" --resource-group "$RESOURCE_GROUP" --name "$1" \
    --query 'ipConfigurations[0].privateIPAddress' --output tsv || die "Azure has no machine $1 in $RESOURCE_GROUP"
}

# on_server NAME COMMAND: run COMMAND as root on the machine, print its output, and return its exit status; 124 if it was cut off,
# 125 if it did not reach the machine. Azure keeps the last 4 KB of the output.
on_server() {
  local machine=$1 name script answer status=0 refused=""
  local where
  if dry; then
    say "+ on $1: ${2%%$'\n'*}"
    return
  fi
  need AZURE_SUBSCRIPTION_ID
  tool az jq
  log_in
  where=(--subscription "$AZURE_SUBSCRIPTION_ID" --resource-group "$RESOURCE_GROUP" --vm-name "$machine")
  name="run-$$-$RANDOM" # one name, one command: that of a run that was cut off is none of ours
  script="$(mktemp)"
  printf 'exec /bin/bash -s <<"END_OF_COMMAND"\n%s\nEND_OF_COMMAND\n' "$2" >"$script"
  if ! az vm run-command create "${where[@]}" --name "$name" --script "@$script" --timeout-in-seconds 1800 --output none; then
    say "warning: Azure reports that the command on $machine failed; its output follows"
    refused=1
  fi
  rm -f "$script"
  answer="$(az vm run-command show "${where[@]}" --name "$name" --instance-view --query instanceView --output json)" || answer="{}"
  az vm run-command delete "${where[@]}" --name "$name" --yes --output none || say "warning: the run command $name stays at $machine"
  jq -rj '.output // ""' <<<"$answer"
  jq -rj '.error // ""' <<<"$answer" >&2
  case "$(jq -r '.executionState // "Unknown"' <<<"$answer")" in
    Succeeded | Failed) status="$(jq -r '.exitCode // 124' <<<"$answer")" ;;
    *)
      # No state at all, of a command that Azure did not take: nothing of it ran.
      if [ -n "$refused" ] && [ "$(jq -r '.startTime // empty' <<<"$answer")" = "" ]; then status=125; else status=124; fi
      say "error: the command on $machine $([ "$status" = 125 ] && echo "did not begin" || echo "did not end"): $(jq -r '.executionState // "no answer"' <<<"$answer")"
      ;;
  esac
  return "$status"
}
