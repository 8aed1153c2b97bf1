#!/usr/bin/env bash
# Run the job once, now, and prove that the run succeeds and is what should run: digest, commit and runtime.
#
# The run does real work, as one at its time does. It waits until no other run goes on, and has as long as a run may take. It
# exits with 3 when the run fails, or has the digest and reports something else that is wrong: then the release itself is bad.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
need ENVIRONMENT DIGEST
tool kubectl jq

# Expected in the first line of the log. A deployment knows commit and runtime and sets EXPECTED_…; a rollback knows the
# digest alone.
expected="$(jq -n --arg environment "$ENVIRONMENT" --arg digest "$DIGEST" \
  --arg revision "${EXPECTED_REVISION:-}" --arg runtime "${EXPECTED_RUNTIME:-}" \
  '{environment: $environment, digest: $digest, revision: $revision, runtime: $runtime} | with_entries(select(.value != ""))')"

if dry; then
  say "+ run $SERVICE once in $ENVIRONMENT, and expect $(jq -c . <<<"$expected")"
  exit
fi
source ci/cloud.sh
connect_cluster

# get KIND [NAME]: print it as JSON.
get() { kubectl --namespace "$NAMESPACE" get "$@" --output json; }

# judge LINE: print each difference and fail. Runtime 21 is satisfied by 21.0.12.
judge() {
  local differences
  differences="$(jq -r --argjson expected "$expected" '
    (. + {runtime: (.runtime.version // "")}) as $got
    | $expected | to_entries[] | .value as $must
    | ($got[.key] // "") as $is
    | select($is != $must and (.key != "runtime" or ($is | startswith($must + ".") | not)))
    | "  \(.key) is \($is), expected \($must)"' <<<"$1" 2>/dev/null)" || differences="  the line cannot be read: $1"
  [[ -n "$differences" ]] || return 0
  say "the run is of the wrong thing:"
  say "$differences"
  return 1
}

# ended JOB-AS-JSON: print Complete or Failed, or nothing while it goes on.
ended() { jq -r '[.status.conditions[]? | select(.status == "True" and (.type == "Complete" or .type == "Failed")) | .type][0] // empty' <<<"$1"; }

cronjob="$(get cronjob "$SERVICE")" || die "$ENVIRONMENT has no CronJob $SERVICE"
image="$(jq -r '.spec.jobTemplate.spec.template.spec.containers[0].image' <<<"$cronjob")"
[[ "$image" == *"@$DIGEST" ]] || die "the next run would be of the wrong thing: the CronJob has the image $image, expected the digest $DIGEST"
limit="$(jq -r '.spec.jobTemplate.spec.activeDeadlineSeconds // 3600' <<<"$cronjob")"

# Two runs at once would do the same work: Forbid counts only those that start at their time.
waited=0
while others="$(get jobs --selector "app.kubernetes.io/instance=$SERVICE" | jq -r '[.items[] | select((.status.active // 0) > 0) | .metadata.name] | join(", ")')" &&
  [[ -n "$others" ]]; do
  ((waited > 0)) || say "waiting for the run that goes on: $others"
  ((waited <= limit)) || die "$others goes on for longer than a run may take; nothing is proved"
  sleep 5
  waited=$((waited + 5))
done

job="${SERVICE}-smoke-$(date +%s)"
kubectl --namespace "$NAMESPACE" create job "$job" --from="cronjob/$SERVICE" --dry-run=client --output json |
  jq '.metadata.annotations += {"run-by": "smoke test"}' | run kubectl --namespace "$NAMESPACE" create --filename -

# A minute more than a run may take: for the image to be pulled, and for the controller.
outcome="" waited=0
while [[ -z "$outcome" ]]; do
  state="$(get job "$job")" || die "it is unknown how $job ended"
  outcome="$(ended "$state")"
  [[ -z "$outcome" ]] || break
  if ((waited > limit + 60)); then
    say "error: $job has not ended after $waited s"
    exit 3
  fi
  sleep 2
  waited=$((waited + 2))
done

log="$(kubectl --namespace "$NAMESPACE" logs --selector "job-name=$job" --tail=-1)" || log=""
if [[ "$outcome" == Failed ]]; then
  say "error: $job failed: $(jq -r '[.status.conditions[] | select(.type == "Failed") | .reason, .message] | map(values) | join(": ")' <<<"$state"). Its last lines:"
  tail -n 20 <<<"$log" >&2
  exit 3
fi
started="$(jq -cRr 'fromjson? | objects | select(.message == "started" and has("digest"))' <<<"$log" | tail -n 1)"
[[ -n "$started" ]] || die "the log of $job has no line \"started\" with a digest, so that it is unknown what ran"
if ! judge "$started"; then
  if [[ "$(jq -r '.digest // empty' <<<"$started")" == "$DIGEST" ]]; then exit 3; fi
  exit 1
fi
say "$job succeeded, and is right"
