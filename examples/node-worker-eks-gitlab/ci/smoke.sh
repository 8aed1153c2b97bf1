#!/usr/bin/env bash
# Ask every running pod what it is, and compare the answers with what should run: digest, commit and runtime.
#
# It asks the pods one by one because one right answer could come from the one right pod. With SERVICE_URL set it also
# asks once through the front door, which takes name, certificate and route into the test. It exits with 3 when a pod has the
# digest and reports something else that is wrong: then the release itself is bad, and not only another one there.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
need ENVIRONMENT DIGEST
tool kubectl jq curl

# Expected answer of /info. A deployment knows commit and runtime and sets EXPECTED_…; a rollback knows the digest alone.
expected="$(jq -n --arg environment "$ENVIRONMENT" --arg digest "$DIGEST" \
  --arg revision "${EXPECTED_REVISION:-}" --arg runtime "${EXPECTED_RUNTIME:-}" \
  '{environment: $environment, digest: $digest, revision: $revision, runtime: $runtime} | with_entries(select(.value != ""))')"

# judge WHO ANSWER: print each difference and fail, or report a match. Runtime 21 is satisfied by 21.0.12.
judge() {
  local differences
  differences="$(jq -r --argjson expected "$expected" '
    (. + {runtime: (.runtime.version // "")}) as $got
    | $expected | to_entries[] | .value as $must
    | ($got[.key] // "") as $is
    | select($is != $must and (.key != "runtime" or ($is | startswith($must + ".") | not)))
    | "  \(.key) is \($is), expected \($must)"' <<<"$2" 2>/dev/null)" || differences="  the answer cannot be read: $2"
  if [[ -n "$differences" ]]; then
    say "$1 runs the wrong thing:"
    say "$differences"
    if [[ "$(jq -r '.digest // empty' <<<"$2" 2>/dev/null)" == "$DIGEST" ]]; then bad=3; fi
    return 1
  fi
  say "$1 is right"
}

fetch() { curl --fail --silent --show-error --max-time 5 --retry 5 --retry-delay 3 --retry-all-errors "$1/info"; }

# ask_pod POD: fetch /info through a tunnel to that pod alone; 2 means that this pod no longer exists.
ask_pod() {
  local log tunnel port="" answer status=0
  log="$(mktemp)"
  kubectl --namespace "$NAMESPACE" port-forward --address 127.0.0.1 "pod/$1" :http >"$log" 2>&1 &
  tunnel=$!
  for _ in $(seq 50); do
    port="$(sed -n 's/^Forwarding from 127\.0\.0\.1:\([0-9]*\) .*/\1/p' "$log")"
    if [[ -n "$port" ]] || ! kill -0 "$tunnel" 2>/dev/null; then break; fi
    sleep 0.2
  done
  if [[ -z "$port" ]]; then
    say "no tunnel to pod $1: $(<"$log")"
    status=1
    if [[ "$(<"$log")" == *"(NotFound): pods "* ]]; then status=2; fi
  elif answer="$(fetch "http://127.0.0.1:$port")"; then
    judge "pod $1" "$answer" || status=1
  else
    say "error: pod $1 does not answer"
    status=1
  fi
  kill "$tunnel" 2>/dev/null || true
  wait "$tunnel" 2>/dev/null || true
  rm -f "$log"
  return "$status"
}

if dry; then
  say "+ ask every pod of $SERVICE in $ENVIRONMENT for /info and expect $(jq -c . <<<"$expected")"
  exit
fi
source ci/cloud.sh
connect_cluster

# Pods that are on their way out still run, but serve no one.
serving_pods() {
  kubectl --namespace "$NAMESPACE" get pods --output json \
    --selector "app.kubernetes.io/name=$SERVICE,app.kubernetes.io/instance=$SERVICE" |
    jq -r '.items[]
      | select(.status.phase == "Running" and .metadata.deletionTimestamp == null)
      | select((.metadata.annotations["helm.sh/hook"] // "") == "")
      | .metadata.name'
}

# still_serves POD: false when it has gone since. A list that cannot be read is no excuse.
still_serves() {
  local pods
  pods="$(serving_pods)" || return 0
  grep -qxF "$1" <<<"$pods"
}

# Helm 3 is done when the new pods are ready; the last old one goes minReadySeconds later.
run kubectl --namespace "$NAMESPACE" rollout status "deployment/$SERVICE" --timeout 3m ||
  die "the rollout of $SERVICE in $ENVIRONMENT does not come to an end"
pods="$(serving_pods)"
[[ -n "$pods" ]] || die "no pod of $SERVICE runs in $ENVIRONMENT"

right=0 wrong=0 bad=0
for pod in $pods; do
  status=0
  ask_pod "$pod" || status=$?
  if ((status == 0)); then
    right=$((right + 1))
  elif ((status == 2)) || ! still_serves "$pod"; then
    say "pod $pod is gone, which is not a fault: something replaced it meanwhile"
  else
    wrong=1
  fi
done
((right || wrong)) || die "every pod of $SERVICE in $ENVIRONMENT went while it was asked; nothing is proved"
if [[ -n "${SERVICE_URL:-}" ]]; then
  if answer="$(fetch "$SERVICE_URL")"; then
    judge "$SERVICE_URL" "$answer" || wrong=1
  else
    say "error: $SERVICE_URL does not answer"
    wrong=1
  fi
fi
((bad == 0)) || exit "$bad"
exit "$wrong"
