#!/usr/bin/env bash
# How a new release takes over from the one that serves: as the candidate beside the stable track, step by step. Each step is an
# upgrade by Helm, whose description begins with "Step:", so that no rollback goes to it. Why: docs/releasing.md.
# shellcheck shell=bash

# Helm's revision that serves, and the newest one from before this step: ci/deploy.sh knows them. Anything else set elsewhere
# is set by git_wins.
good="" before=0 flags=()

# The candidate gets all requests at once, and is watched for so many seconds before the old pods go.
CANDIDATE_SHARES="100"
CANDIDATE_SECONDS="${CANDIDATE_SECONDS:-120}"
# Fewer requests than these prove nothing, neither that the candidate is good nor that it is bad.
CANDIDATE_REQUESTS="${CANDIDATE_REQUESTS:-50}"
# Prometheus, through the API of the cluster: no tunnel into the namespace of others, and only to ask (platform/deployer-role.yaml).
PROMETHEUS="/api/v1/namespaces/monitoring/services/prometheus-operated:9090/proxy"
# How many seconds a load balancer may take to follow the route. Pods that it still sends requests to must not go.
CANDIDATE_DRAIN="${CANDIDATE_DRAIN:-15}"

# The stable track while the candidate is tried: digest, commit, and its pods as they are.
stable_digest="" stable_revision="" stable_pods="{}"

# True when pods of a candidate are there: it waits to be promoted, or the run that tried it was cut off.
candidate_is_left() {
  local name
  if dry; then return 1; fi
  name="$(kubectl get deployment "$SERVICE-candidate" --namespace "$NAMESPACE" --ignore-not-found --output name)" ||
    die "cannot tell whether a candidate is left in $ENVIRONMENT"
  [ -n "$name" ]
}

# Send every request to the stable track, at once and without Helm, which may be at work, or cut off. The upgrade that takes the
# candidate away would change the route last, when its pods are gone.
all_to_stable() {
  local route patch
  if dry; then return; fi
  route="$(kubectl get httproute "$SERVICE" --namespace "$NAMESPACE" --ignore-not-found --output json)" || return
  [ -n "$route" ] || return 0
  patch="$(jq -c --arg candidate "$SERVICE-candidate" '
    select(any(.spec.rules[].backendRefs[]; .name == $candidate))
    | {spec: {rules: [.spec.rules[] | select(any(.backendRefs[]; .name != $candidate))
        | .backendRefs |= [.[] | select(.name != $candidate) | .weight = 100]]}}' <<<"$route")" || return
  [ -n "$patch" ] || return 0
  say "+ all requests go to the stable track"
  kubectl patch httproute "$SERVICE" --namespace "$NAMESPACE" --type merge --patch "$patch" >&2 || return
  sleep "$CANDIDATE_DRAIN"
}

# keep_stable: remember what the stable track runs, pods and all, so that nothing of the new commit reaches them yet.
keep_stable() {
  local values
  if dry; then return; fi
  values="$(helm get values "$SERVICE" --namespace "$NAMESPACE" --revision "$good" --output json)" || return
  stable_digest="$(jq -r .image.digest <<<"$values")" || return
  stable_revision="$(jq -r '.revision // ""' <<<"$values")" || return
  stable_pods="$(kubectl get deployment "$SERVICE" --namespace "$NAMESPACE" --output json |
    jq -c '.spec.template | del(.metadata.creationTimestamp, .spec.serviceAccount)')"
}

# keep_new: from now on the stable track is the new release as well.
keep_new() { stable_digest="$DIGEST" stable_revision="$REVISION" stable_pods="{}"; }

# replicas_for SHARE: print how many pods take that share of what the stable pods take now, and not fewer than there are.
replicas_for() {
  local stable candidate needed
  if dry; then
    echo 0
    return
  fi
  stable="$(replicas_of "$SERVICE")" || return
  candidate="$(replicas_of "$SERVICE-candidate")" || return
  needed=$(((stable * $1 + 99) / 100))
  echo $((needed > candidate ? needed : candidate))
}
replicas_of() {
  kubectl get deployment "$1" --namespace "$NAMESPACE" --ignore-not-found --output json | jq -n '[inputs.spec.replicas][0] // 0'
}

# set_share SHARE DESCRIPTION: an upgrade that changes what the candidate gets. A route to pods that are not ready would answer
# with errors, so that the first one makes the pods alone.
reachable=false
set_share() {
  local replicas
  replicas="$(replicas_for "$1")" || return
  git_wins
  say "+ helm upgrade $SERVICE: $2"
  if dry; then return; fi
  noting helm upgrade "$SERVICE" "$CHART" \
    --namespace "$NAMESPACE" \
    --values "$CHART/values-$ENVIRONMENT.yaml" \
    --set-string "image.repository=$IMAGE" \
    --set-string "image.digest=$stable_digest" \
    --set-string "revision=$stable_revision" \
    --set-json "stable.template=$stable_pods" \
    --set-string "candidate.digest=$DIGEST" \
    --set-string "candidate.revision=$REVISION" \
    --set "candidate.reachable=$reachable" \
    --set "candidate.weight=$1" \
    --set "candidate.replicas=$replicas" \
    --description "$2" \
    --history-max 30 ${flags[@]+"${flags[@]}"} \
    --wait --timeout "${timeout:?}"
}

# step SHARE TEXT: go on, or give the release up. The newest revision is that of an own step; a newer one belongs to another process.
stepped=""
step() {
  local last
  if [ -n "$stepped" ]; then
    before=$((before + 1))
    last="$(release_history | last_revision)" || give_up "it is unknown whether another deployment of $ENVIRONMENT came in between"
    dry || ((last == before)) || leave "$REVISION was at a share of its own, and another deployment came in between"
  fi
  if set_share "$1" "$2"; then
    stepped=1
    return
  fi
  ! was_refused || leave "$REVISION was not deployed: another deployment of $ENVIRONMENT is under way"
  last="$(release_history | last_revision)" || last=""
  [ -n "$stepped" ] || [ "$last" != "$before" ] ||
    leave "$REVISION could not be installed in $ENVIRONMENT, and Helm made no revision of it: $(error_in <"${errors:?}")" "$ENVIRONMENT runs what it ran before."
  give_up "$REVISION could not be installed in $ENVIRONMENT as the candidate"
}

# ask PROMQL: print the number that Prometheus answers; no series counts as 0. Compared values are asked of one moment. A Prometheus
# that takes the question and stays silent must not hold a candidate at its share until the job is cut off.
asked_at=""
ask() {
  local query answer
  query="$(jq -rn --arg query "$1" '$query | @uri')"
  answer="$(kubectl get --request-timeout=30s --raw "$PROMETHEUS/api/v1/query?query=$query&time=$asked_at")" || return
  jq -e 'select(.status == "success") | .data.result[0].value[1] // "0" | tonumber' <<<"$answer"
}

# counted METRIC SELECTOR: the query for how much a counter of the service grew while this share was watched.
counted() { echo "sum(increase($1{job=\"$SERVICE\",$2}[${CANDIDATE_SECONDS}s]))"; }

# figures SELECTOR: print requests, failed and slow ones of a track as JSON.
figures() {
  local requests failed timed quick
  requests="$(ask "$(counted http_requests_total "$1")")" &&
    failed="$(ask "$(counted http_requests_total "$1,code=~\"5..\"")")" &&
    timed="$(ask "$(counted http_request_duration_seconds_count "$1")")" &&
    quick="$(ask "$(counted http_request_duration_seconds_bucket "$1,le=\"0.25\"")")" || return
  echo "{\"requests\": $requests, \"failed\": $failed, \"slow\": $timed, \"quick\": $quick}" | jq -c '.slow -= .quick | del(.quick)'
}

# judge: false when the candidate is worse than the service may be, or when it is unknown. The bounds are those of the alert
# ErrorBudgetBurn that calls the team, and errors that the stable track has as well are not the candidate's fault.
measured="" verdict=""
judge() {
  local candidate stable
  verdict="could not be judged"
  asked_at="$(date +%s)"
  if ! candidate="$(figures 'track="candidate"')" || ! stable="$(figures 'track!="candidate"')"; then
    say "error: Prometheus has no result for the candidate"
    why="Prometheus could not be asked: docs/releasing.md lists the requirements"
    return 1
  fi
  measured="$(jq -r '"\(.requests | round) requests, \(.failed | round) failed, \(.slow | round) slow"' <<<"$candidate")"
  why="$(jq -rn --argjson candidate "$candidate" --argjson stable "$stable" --argjson least "$CANDIDATE_REQUESTS" '
    def share($of): if .requests > 0 then $of / .requests else 0 end;
    def worse($name; $objective):
      ($candidate | share(.[$name])) as $its | ($stable | share(.[$name])) as $usual
      | $candidate.requests >= $least and $candidate[$name] >= 5 and $its > 14.4 * $objective and $its > 2 * $usual;
    def told($name): "\($candidate[$name] | round) of \($candidate.requests | round) requests to the candidate were \($name), and \($stable[$name] | round) of \($stable.requests | round) to the stable track";
    if worse("failed"; 0.001) then told("failed") elif worse("slow"; 0.01) then told("slow") else empty end')" || return
  verdict="did badly"
  [ -z "$why" ]
}

# watch_candidate: give it its time, and end that as soon as it does badly.
watch_candidate() {
  local left=$CANDIDATE_SECONDS pause
  if dry; then return; fi
  while ((left > 0)); do
    pause=$((left < 30 ? left : 30))
    sleep "$pause"
    left=$((left - pause))
    judge || return
  done
  say "the candidate at $1 %: $measured"
  jq -en --argjson got "${measured%% *}" --argjson least "$CANDIDATE_REQUESTS" '$got >= $least' >/dev/null ||
    say "warning: fewer than $CANDIDATE_REQUESTS requests: they prove nothing, and only the tests before speak for $REVISION"
}

# take_over: try the new release as the candidate, and make it the stable one if it is good. The last upgrade, after which no
# candidate is left, is that of every deployment.
take_over() {
  local share=0
  try_candidate
  for share in $CANDIDATE_SHARES; do
    step "$share" "Step: the candidate gets $share % ($REVISION)"
    watch_candidate "$share" || give_up "$REVISION $verdict with $share % of the requests in $ENVIRONMENT"
  done
  # The stable pods are replaced while the candidate keeps its share. Only then may the share end, and after that the candidate.
  keep_new
  reachable=true
  step "$share" "Step: the stable track becomes $REVISION"
  smoke || give_up "the stable track in $ENVIRONMENT does not run what was deployed ($REVISION)"
  all_to_stable || give_up "the route in $ENVIRONMENT still leads to the candidate ($REVISION)"
  before=$((before + 1))
}

# try_candidate: only requests with the header reach it.
try_candidate() {
  asked_at="$(date +%s)"
  dry || ask 'vector(1)' >/dev/null || die "Prometheus cannot be asked how a candidate does, so that none is tried: docs/releasing.md"
  keep_stable || die "cannot read what the stable track of $ENVIRONMENT runs: nothing was changed"
  step 0 "Step: the candidate starts ($REVISION)"
  test_release || give_up "helm test failed for $REVISION in $ENVIRONMENT, before it got any request"
  reachable=true
  step 0 "Step: the candidate is tried ($REVISION)"
  TRACK=candidate smoke || give_up "the candidate in $ENVIRONMENT does not run what was deployed ($REVISION)"
}
