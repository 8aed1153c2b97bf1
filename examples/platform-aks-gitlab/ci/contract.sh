#!/usr/bin/env bash
# Holds the running service against its contract, from outside: the same test whatever it is written in, or with.
#
#   ci/contract.sh           fails when a clause of ci/contract/clauses.txt does not hold
#   ci/contract.sh report    prints the same, and never fails
#
# It starts app/run.sh on a free port, or on PORT, and stops it. The results are also in build/test-results/contract.xml.
# CONTRACT_POST and CONTRACT_BODY name a path that takes POST, and a JSON body that it accepts. Needs bash, curl and awk.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
tool curl awk

reports=0
if [[ "${1:-enforce}" == report ]]; then reports=1; fi
POST_PATH="${CONTRACT_POST:-/}"
POST_BODY="${CONTRACT_BODY:-{\"name\":\"contract\"\}}"
START_SECONDS="${CONTRACT_START_SECONDS:-180}"
TIME_LIMIT=$((START_SECONDS + 120))
DRAIN=10
CLAUSES=ci/contract/clauses.txt
RESULTS=build/test-results/contract.xml

work="$(mktemp -d)"
log="$work/log"
service="" watchdog="" clock="" ended="" passed=0 failed=0 skipped=0
SECONDS=0 # bash counts on from here
RANDOM=$$
: >"$work/cases"

if dry; then
  say "+ start app/run.sh and hold it against $CLAUSES"
  exit
fi

# ---- results

escaped() { sed -e 's/&/\&amp;/g' -e 's/</\&lt;/g' -e 's/>/\&gt;/g' -e 's/"/\&quot;/g' | tr -d '\000-\010\013\014\016-\037'; }

# settle CLAUSE: whether this is its first result; later ones do not count.
settled=" "
settle() {
  if [[ "$settled" == *" $1 "* ]]; then return 1; fi
  settled+="$1 "
}

# result CLAUSE WHAT_WAS_SEEN: nothing seen means that the clause holds.
result() {
  local place line what advice kind=failure
  settle "$1" || return 0
  if [[ -z "$2" ]]; then
    passed=$((passed + 1))
    printf 'ok      %s\n' "$1"
    printf '  <testcase classname="contract" name="%s"/>\n' "$1" >>"$work/cases"
    return
  fi
  place="$(grep -n "^$1 |" "$CLAUSES")"
  line="${place%%:*}"
  what="$(cut -d '|' -f 2 <<<"$place")"
  advice="$(cut -d '|' -f 3 <<<"$place")"
  failed=$((failed + 1))
  printf 'not ok  %s: %s\n        contract:%s (%s:%s)\n        do:%s\n' "$1" "$2" "$what" "$CLAUSES" "$line" "$advice"
  # Some systems fail a job for a failure in this file, so that a report has none.
  if ((reports)); then kind=skipped; fi
  printf '  <testcase classname="contract" name="%s"><%s message="%s"/></testcase>\n' \
    "$1" "$kind" "$(printf '%s; contract:%s; do:%s' "$2" "$what" "$advice" | tr '\n' ' ' | escaped)" >>"$work/cases"
}

# skip REASON CLAUSE…: those without a result are not checked, so that one cause is one finding.
skip() {
  local reason="$1" clause clauses=""
  shift
  for clause in "$@"; do
    settle "$clause" || continue
    skipped=$((skipped + 1))
    clauses+="${clauses:+, }$clause"
    printf '  <testcase classname="contract" name="%s"><skipped message="%s"/></testcase>\n' "$clause" "$(escaped <<<"$reason")" >>"$work/cases"
  done
  if [[ -n "$clauses" ]]; then printf -- '--      %s: not checked: %s\n' "$clauses" "$reason"; fi
}

finish() {
  mkdir -p "${RESULTS%/*}"
  {
    echo '<?xml version="1.0" encoding="UTF-8"?>'
    printf '<testsuite name="contract" tests="%d" failures="%d" skipped="%d">\n' $((passed + failed + skipped)) \
      $((reports ? 0 : failed)) $((skipped + (reports ? failed : 0)))
    cat "$work/cases"
    echo '</testsuite>'
  } >"$RESULTS"
  printf '\ncontract: %d hold, %d do not, %d not checked\n' "$passed" "$failed" "$skipped"
  if ((failed && reports)); then echo "Reported only: with \`contract: enforce\` in .copier-answers.yml this fails."; fi
  ((!failed || reports))
}

# stop SENTENCE: no service runs that could be tested.
stop() {
  if [[ -s "$log" ]]; then sed 's/^/        | /' "$log" | tail -n 15; fi
  result start "$1"
  finish || exit 1
  exit 0
}

clean() {
  exec 2>/dev/null # bash would tell what it ends
  if [[ -n "$watchdog" ]]; then kill -KILL -- "-$watchdog" 2>/dev/null || true; fi
  if [[ -n "$clock" ]]; then kill -KILL -- "-$clock" 2>/dev/null || true; fi
  if [[ -n "$service" ]]; then kill -KILL -- "-$service" 2>/dev/null || true; fi
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap clean EXIT
trap 'exit 130' INT
trap 'stop "the test was stopped after $TIME_LIMIT seconds: the service hangs, or this machine is too slow"' TERM

# ---- talking to the service

listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# ask PATH [OPTION…]: the status; 000 without an answer. The body is in $work/body, the head in $work/head.
ask() {
  local path="$1"
  shift
  : >"$work/body"
  : >"$work/head"
  curl --silent --max-time 5 --noproxy '*' --path-as-is --output "$work/body" --dump-header "$work/head" \
    --write-out '%{http_code}' "$@" "http://127.0.0.1:$port$path" 2>/dev/null || true
}

# header NAME: its value in the last head, in lower case.
header() { tr -d '\r' <"$work/head" | tr '[:upper:]' '[:lower:]' | sed -n "s/^$1: *//p" | tail -n 1; }

scrape() { ask /metrics >"$work/status" && cp "$work/body" "$work/metrics"; }
# exports NAME: whether /metrics has a metric, also one without a series so far.
exports() { grep -Eq "^(# TYPE )?$1[{ ]" "$work/metrics"; }
judge() { awk -v ask="$1" -v linux="$([[ -d /proc/self/fd ]] && echo 1)" -f ci/contract/metrics.awk "$work/metrics" | head -n 5 | paste -s -d ';' -; }
series() { awk -v ask=series -f ci/contract/metrics.awk "$work/metrics"; }
value_of() { series | awk -v wanted="$1" '{ at = match($0, / [^ ]*$/) } substr($0, 1, at - 1) == wanted { print substr($0, at + 1) + 0 }'; }

# leaf PATH: its value in the JSON of the last body.
leaf() { tr -d '\n' <"$work/body" | awk -f ci/contract/json.awk | awk -F '\t' -v path="$1" '$1 == path { print $2 }'; }
is_json() { [[ -s "$work/body" ]] && ! tr -d '\n' <"$work/body" | awk -f ci/contract/json.awk | grep -q '^!'; }

# open NUMBER TEXT: send it on a connection of its own, which is kept open. NUMBER is a file descriptor.
open() { { eval "exec $1<>/dev/tcp/127.0.0.1/$port" && printf '%b' "$2" >&"$1"; } 2>/dev/null; }

# answer_of NUMBER: what comes on that connection within five seconds.
answer_of() {
  local reader
  : >"$work/head" # here, because the one that fills it starts later
  cat <&"$1" >>"$work/head" 2>/dev/null &
  reader=$!
  for _ in $(seq 50); do
    if [[ -s "$work/head" ]] && grep -q $'^\r$' "$work/head"; then break; fi
    kill -0 "$reader" 2>/dev/null || break
    sleep 0.1
  done
  kill "$reader" 2>/dev/null || true
  wait "$reader" 2>/dev/null || true
  eval "exec $1>&-"
  sed -n '1s/^HTTP[^ ]* \([0-9]*\).*/\1/p' "$work/head"
}

expect() { if [[ "$2" != "$3" ]]; then echo "$1 is $([[ "$2" == 000 || -z "$2" ]] && echo "no answer" || echo "$2") instead of $3"; fi; }

alive() { kill -0 "$service" 2>/dev/null; }
# The exit code of the service, which has ended.
exit_code() {
  if [[ -z "$ended" ]]; then
    ended=0
    wait "$service" 2>/dev/null || ended=$?
  fi
  echo "$ended" >"$work/exit"
}

# ---- start

port="${PORT:-}"
if [[ -n "$port" ]]; then
  if listens "$port"; then stop "port $port is in use: stop what listens there, or leave PORT out"; fi
else
  for _ in $(seq 50); do
    port=$((20000 + RANDOM % 12000))
    listens "$port" || break
  done
fi

digest="sha256:$(printf 'c%.0s' $(seq 64))"
set -m # each of these gets a process group of its own, which can be ended as a whole
PORT="$port" SERVICE_NAME="$SERVICE" ENVIRONMENT=contract REVISION=contract-revision IMAGE_DIGEST="$digest" DRAIN_SECONDS="$DRAIN" \
  app/run.sh >"$log" 2>&1 </dev/null &
service=$!
(sleep "$TIME_LIMIT" && kill -TERM $$) >/dev/null 2>&1 </dev/null &
watchdog=$!
set +m

started=$SECONDS
until [[ "$(ask /healthz)" == 200 ]]; do
  if ! alive; then
    exit_code
    stop "app/run.sh ended with exit code $(<"$work/exit") before GET /healthz was 200"
  fi
  if ((SECONDS - started >= START_SECONDS)); then
    stop "GET /healthz on port $port was not 200 within $START_SECONDS seconds"
  fi
  sleep 0.2
done
result start ""

status=000
for _ in $(seq 150); do
  status="$(ask /readyz)"
  if [[ "$status" == 200 ]]; then break; fi
  sleep 0.2
done
unready="$(expect "GET /readyz" "$status" 200)"
result ready "$unready"
# The log from here on is that of a running service.
log_start=$(($(wc -l <"$log") + 1))

# ---- metrics of a service before its first request

scrape
type="$(header content-type)"
seen="$(expect "GET /metrics" "$(<"$work/status")" 200)"
case "$type" in
  *text/plain*version=0.0.4* | *text/plain*version=1.0.0* | *application/openmetrics-text*) type="" ;;
  *) type="Content-Type is ${type:-missing}" ;;
esac
result metrics-type "${seen:-$type}"
if [[ -n "$seen" ]]; then skip "$seen" metric-names labels buckets zero build-info counted not-counted bounded; fi
result metric-names "$(judge names)"
exports 'http_requests(_total)?' || skip "there is no http_requests_total" zero counted not-counted
exports 'http_request_duration_seconds(_bucket)?' || skip "there is no http_request_duration_seconds" buckets counted
exports app_build_info || skip "there is no app_build_info" build-info
result zero "$(judge zero)"

# ---- routes

status="$(ask /)"
seen="$(expect "GET /" "$status" 200)"
if [[ -z "$seen" && "$(header content-type)" != application/json* ]]; then seen="Content-Type of / is $(header content-type)"; fi
if [[ -z "$seen" ]] && ! is_json; then seen="GET / is no JSON: $(head -c 80 "$work/body")"; fi
result greeting "$seen"
if [[ "$status" != 200 ]]; then skip "GET / is not 200" counted; fi
result alive "$(expect "GET /healthz" "$(ask /healthz)" 200)"

seen="$(expect "GET /info" "$(ask /info)" 200)"
runtime="${RUNTIME_FILE#.}"
runtime="${runtime%-version}"
runtime_version="$(leaf runtime.version)"
info_of() { # KEY EXPECTED
  local is
  is="$(leaf "$1")"
  if [[ "$is" != "$2" ]]; then echo "$1 is ${is:-missing} instead of $2; "; fi
}
if [[ -n "$seen" ]]; then
  skip "$seen" build-info
else
  seen="$(info_of service "$SERVICE")$(info_of environment contract)$(info_of runtime.name "$runtime")"
  seen+="$(info_of revision contract-revision)$(info_of digest "$digest")"
  if [[ -z "$runtime_version" ]]; then seen+="runtime.version is missing; "; fi
fi
result info "${seen%; }"

scrape
is="$(series | sed -n 's/^app_build_info//p')"
expected="{revision=\"contract-revision\",runtime=\"$runtime\",version=\"$runtime_version\"} 1"
seen=""
if [[ "${is%.0}" != "$expected" ]]; then seen="app_build_info${is:- is missing} instead of $expected"; fi
result build-info "$seen"

# ---- counting

before="$(value_of 'http_requests_total{code="200",method="GET",route="/"}')"
timed="$(value_of 'http_request_duration_seconds_count{method="GET",route="/"}')"
for _ in 1 2 3; do ask / >/dev/null; done
missing="$(ask /contract-unknown)"
for _ in 1 2 3; do ask /healthz >/dev/null && ask /readyz >/dev/null; done
scrape
after="$(value_of 'http_requests_total{code="200",method="GET",route="/"}')"
seen=""
if [[ $((${after:-0} - ${before:-0})) != 3 ]]; then
  seen="three GET / raised http_requests_total{method=\"GET\",route=\"/\",code=\"200\"} by $((${after:-0} - ${before:-0})); "
fi
after="$(value_of 'http_request_duration_seconds_count{method="GET",route="/"}')"
if [[ $((${after:-0} - ${timed:-0})) != 3 ]]; then
  seen+="three GET / raised http_request_duration_seconds_count{method=\"GET\",route=\"/\"} by $((${after:-0} - ${timed:-0})); "
fi
if [[ "$missing" == 404 && "$(value_of 'http_requests_total{code="404",method="GET",route="other"}')" != 1 ]]; then
  seen+='an unknown path is not counted with route="other", code="404"; '
fi
result counted "${seen%; }"
result labels "$(judge labels)"
result buckets "$(judge buckets)"
result not-counted "$(judge paths)"
result unknown-path "$(expect "GET /contract-unknown" "$missing" 404)"

status="$(ask / --request DELETE)"
seen="$(expect "DELETE /" "$status" 405)"
if [[ -z "$seen" && -z "$(header allow)" ]]; then seen="405 has no header Allow"; fi
result unknown-method "$seen"

# ---- callers that do what they like

# Series of the runtime come when they come, such as those of the first garbage collection of a kind.
own_series() { series | awk '!/^(go|jvm|nodejs|process|python)_/ { count++ } END { print count + 0 }'; }

token="contract$RANDOM$RANDOM"
invent() { # ROUND
  local round
  for round in $(seq "$1"); do
    ask "/$token-$round" >/dev/null
    ask "/info/$token$round?$token=$round" >/dev/null
    ask "/$token$round/healthz" >/dev/null
    ask "/%2e/$token$round" --request "BREW$round" >/dev/null
  done
}
invent 1
ask "/?$token=0" >/dev/null
scrape
before="$(own_series)"
invent 12
scrape
after="$(own_series)"
seen="$(grep -m 1 "$token\|BREW" "$work/metrics" || true)"
if [[ -z "$seen" ]] && ((after > before)); then seen="$((after - before)) more series after 48 requests with new paths and methods"; fi
result bounded "$seen"

seen=""
open 9 '\x16\x03\x01 no request\r\n\r\n' || seen="no connection"
status="$(answer_of 9)"
case "$status" in
  400 | 431 | 405 | 501) ;;
  *) seen="an invalid request is answered with ${status:-nothing}" ;;
esac
if [[ "$(ask /healthz)" != 200 ]]; then seen="after an invalid request /healthz is not 200"; fi
result no-request "$seen"

seen=""
for number in $(seq 20 83); do open "$number" 'GET / HTTP/1.1\r\nHost: contract\r\n' || true; done
status="$(ask /healthz)"
seen="$(expect "GET /healthz" "$status" 200)"
status="$(ask /readyz)"
if [[ -z "$seen$unready" ]]; then seen="$(expect "GET /readyz" "$status" 200)"; fi
for number in $(seq 20 83); do eval "exec $number>&-"; done
result half-sent "$seen"

json='Content-Type: application/json'
takes_post="$(ask "$POST_PATH" --request POST --header "$json" --data "$POST_BODY")"
case "$takes_post" in
  2*)
    seen="$(expect "POST $POST_PATH with {" "$(ask "$POST_PATH" --request POST --header "$json" --data '{')" 400)"
    head -c 3000000 /dev/zero | tr '\000' ' ' >"$work/large"
    status="$(ask "$POST_PATH" --request POST --header "$json" --header 'Expect:' --data-binary "@$work/large")"
    if [[ -z "$seen" ]]; then seen="$(expect "POST $POST_PATH with 3 MB" "$status" 413)"; fi
    result body "$seen"
    ;;
  404 | 405) skip "POST $POST_PATH is $takes_post; CONTRACT_POST names a path that takes POST" body ;;
  *) result body "POST $POST_PATH with $POST_BODY is $takes_post" ;;
esac

# ---- log

trace=0af7651916cd43dd8448eb211c80319c
ask "/info?secret=$token-query" --header "traceparent: 00-$trace-b7ad6b7169203331-01" >/dev/null
sleep 0.3
tail -n "+$log_start" "$log" >"$work/lines"
awk -v mark=1 -f ci/contract/json.awk "$work/lines" >"$work/leaves"
seen="$(awk -F '\t' '
  $2 == "!" { print "is no JSON object: " substr($3, 1, 80); wrong = 1; exit }
  { if (!($1 in line)) order[++count] = $1; line[$1] = line[$1] " " $2 " " }
  END {
    if (wrong) exit
    if (!count) print "no line in the log after four requests"
    for (i = 1; i <= count; i++) {
      n = split("time level message", keys, " ")
      for (k = 1; k <= n; k++) if (index(line[order[i]], " " keys[k] " ") == 0) { print "a line has no " keys[k]; exit }
    }
  }' "$work/leaves")"
result log "$seen"
case "$seen" in no\ line*) skip "the log has no line" log-request log-query ;; esac
number="$(awk -F '\t' -v id="$trace" '$2 == "trace_id" && $3 == id { print $1; exit }' "$work/leaves")"
seen=""
if [[ -z "$number" ]]; then
  if ! awk -F '\t' '$2 != "!" { json = 1 } END { exit !json }' "$work/leaves"; then skip "no line of the log is JSON" log-request; fi
  seen="no line has the trace_id of the request's traceparent"
else
  field() { awk -F '\t' -v number="$number" -v name="$1" '$1 == number && $2 == name { print $3 }' "$work/leaves"; }
  for pair in method=GET path=/info status=200 span_id=b7ad6b7169203331; do
    is="$(field "${pair%%=*}")"
    if [[ "$is" != "${pair#*=}" ]]; then seen+="${pair%%=*} is ${is:-missing} instead of ${pair#*=}; "; fi
  done
  if [[ -z "$(field duration_ms)" ]]; then seen+="duration_ms is missing; "; fi
fi
result log-request "${seen%; }"
seen="$(grep -m 1 "$token-query" "$work/lines" | cut -c 1-120 || true)"
result log-query "$seen"

# ---- stop

# The time to exit is counted in tenths of a second that a process here gets: a busy machine is slower to it and to the service.
: >"$work/tenths"
set -m
(while sleep 0.1; do printf . >>"$work/tenths"; done) >/dev/null 2>&1 </dev/null &
clock=$!
set +m
tenths() { wc -c <"$work/tenths"; }

# These are half sent before SIGTERM, and ended after it.
readiness='GET /readyz HTTP/1.1\r\nHost: contract\r\n'
open 6 "$readiness" || true
open 7 "$readiness" || true
open 9 'GET / HTTP/1.1\r\nHost: contract\r\n' || true
posts=""
if [[ "$takes_post" == 2* ]]; then
  open 8 "POST $POST_PATH HTTP/1.1\r\nHost: contract\r\n$json\r\nContent-Length: ${#POST_BODY}\r\n\r\n${POST_BODY:0:3}" && posts=1
fi
sleep 0.5
began=$SECONDS
while ((SECONDS == began)); do sleep 0.02; done # the port stays open for a second, so that one begins here
began=$SECONDS
last=$(($(tenths) + (DRAIN + 1) * 10))
kill -TERM "$service" 2>/dev/null || true
sleep 0.2
if ! alive; then
  exit_code
  if [[ "$(<"$work/exit")" != 0 ]]; then
    result exit "SIGTERM ends the service at once: $(expect "the exit code" "$(<"$work/exit")" 0)"
  elif ((SECONDS == began)); then
    result stop-ready "SIGTERM ends the service at once"
  fi
  skip "the service had ended before it was asked" stop-ready stop-close stop-half-sent stop-in-flight stop-port
fi
{ printf '\r\n' >&7 && printf '\r\n' >&9; } 2>/dev/null || true
seen="" late=""
if ! listens "$port"; then
  if ((SECONDS == began)); then seen="nothing takes connections right after SIGTERM"; else late=1; fi
fi
status="$(answer_of 7)"
connection="$(header connection)"
half="$(answer_of 9)"
half_connection="$(header connection)"
if [[ "$status" == 200 ]]; then # a machine that is busy may be late
  { printf '\r\n' >&6; } 2>/dev/null || true
  status="$(answer_of 6)"
  connection="$(header connection)"
else
  eval "exec 6>&-"
fi
if [[ -n "$status" && "$status" != 503 ]]; then seen="GET /readyz is still $status after SIGTERM"; fi
if [[ -z "$seen" && -z "$status" ]]; then seen="GET /readyz has no answer"; fi
if [[ -z "$seen" && -n "$late" ]]; then
  skip "this machine was too slow to see whether the port stays open" stop-ready
else
  result stop-ready "$seen"
fi
result stop-half-sent "$(expect "the request" "$half" 200)"
seen=""
if [[ -n "$status" && "$connection" != close ]]; then seen="the answer of /readyz has Connection: ${connection:-(none)}"; fi
if [[ -n "$half" && "$half_connection" != close ]]; then seen="the answer of / has Connection: ${half_connection:-(none)}"; fi
if [[ -z "$status$half" ]]; then seen="there was no answer"; fi
result stop-close "$seen"

seen="the port is open five seconds after SIGTERM"
for _ in $(seq 25); do
  if ! listens "$port"; then
    seen=""
    break
  fi
  sleep 0.2
done
result stop-port "$seen"

if [[ -n "$posts" ]]; then
  { printf '%s' "${POST_BODY:3}" >&8; } 2>/dev/null || true
  half="$(answer_of 8)"
  result stop-in-flight "$(expect "POST $POST_PATH" "$half" "$takes_post")"
else
  skip "no path takes POST; CONTRACT_POST names one" stop-in-flight
fi

while alive && (($(tenths) <= last)); do sleep 0.1; done
if alive; then
  seen="it still runs $DRAIN seconds after SIGTERM"
else
  exit_code
  seen="$(expect "the exit code" "$(<"$work/exit")" 0)"
fi
result exit "$seen"
finish
