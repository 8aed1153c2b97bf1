#!/usr/bin/env bash
# Send a measured load to the service, and hold the answers against its objectives: at most the shares of failed and of slow requests
# that the alerts allow too. Both shares, and how long an answer may take, come from helm/my-service/files/rules.yaml. Why so: docs/load.md.
#
# LOAD_RATE senders ask for LOAD_PATH once a second, each over a connection of its own that stays open; they begin one after the
# other within the first second. The first LOAD_WARM_UP seconds are not counted. Every answer is a line of build/load/requests.csv,
# the result build/load/summary.md. Without ENVIRONMENT it asks the service of `make run`.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
rules="$CHART/files/rules.yaml"
folder=build/load
export LC_ALL=C # a point in every number

# number WHAT PATTERN: the one number that all lines of the rules agree on.
number() {
  local numbers
  numbers="$(sed -nE "s/$2/\\1/p" "$rules" | sort -u)"
  case "$numbers" in
    "" | *[!0-9.]*) die "$rules has no $1, or more than one: '${numbers//$'\n'/ }'; ci/load.sh reads it there" ;;
  esac
  echo "$numbers"
}

# whole NAME LOWEST HIGHEST: stop unless the setting is a whole number between them.
whole() {
  case "${!1}" in
    "" | 0* | *[!0-9]* | ??????*) die "$1 is '${!1}': it is a whole number from $2 to $3" ;;
  esac
  if [ "${!1}" -lt "$2" ] || [ "${!1}" -gt "$3" ]; then die "$1 is ${!1}: it is a whole number from $2 to $3"; fi
}

whole LOAD_RATE 1 500
whole LOAD_SECONDS 1 3600
whole LOAD_WARM_UP 1 600
case "$LOAD_PATH" in
  *[!A-Za-z0-9._~/?\&=%+,:@-]* | [!/]*) die "LOAD_PATH is '$LOAD_PATH': it begins with / and has no spaces, brackets or #" ;;
esac
if [ -n "${ENVIRONMENT:-}" ]; then
  need ENVIRONMENT
  url="${SERVICE_URL:-https://$SERVICE.$ENVIRONMENT.example.com}"
  [ "$ENVIRONMENT" != prod ] || [ "${YES:-0}" = 1 ] || die "a load on prod reaches its users: YES=1 sends it all the same"
else
  url="${SERVICE_URL:-http://127.0.0.1:8080}"
fi
where="${ENVIRONMENT:-this machine}"
url="${url%/}$LOAD_PATH"

bound="$(number "one limit of a fast answer (le)" '.*http_request_duration_seconds_bucket\{[^}]*le="([^"]*)".*')"
may_fail="$(number "one share of requests that may fail" '.*service:slo_errors:ratio_rate[^ ]* > [0-9.]+ \* ([^ ]+)$')"
may_be_slow="$(number "one share of requests that may be slow" '.*service:slo_slow:ratio_rate[^ ]* > [0-9.]+ \* ([^ ]+)$')"
plan="$LOAD_RATE requests a second for $LOAD_SECONDS s to $url: a share of $may_fail may fail, and $may_be_slow take more than $bound s"
if dry; then
  say "+ send $plan"
  exit
fi

tool curl awk
curl --rate 1/s --version >/dev/null 2>&1 || die "this curl is older than 7.84, and cannot send at a steady rate"
run rm -rf "$folder"
mkdir -p "$folder"

request=(curl --silent --show-error --max-time 10 --output /dev/null)
code="$("${request[@]}" --write-out '%{response_code}' "$url")" || die "$url does not answer"
case "$code" in
  2??) ;;
  *) die "$url answers $code, so that a load would measure nothing: LOAD_PATH in ci/settings.sh names a path that answers 200" ;;
esac

say "sending $plan"
stop_senders() {
  local sender
  for sender in $(jobs -rp); do kill "$sender" 2>/dev/null || true; done
}
trap stop_senders EXIT
each=$((${LOAD_WARM_UP:-0} + ${LOAD_SECONDS:-0}))
pause="$(awk -v rate="$LOAD_RATE" 'BEGIN { printf "%.4f", 1 / rate }')"
answer='%{response_code} %{time_pretransfer} %{time_total} %{num_connects} %{time_namelookup} %{time_connect}\n'
for sender in $(seq "$LOAD_RATE"); do
  # The part after # is never sent: it numbers the requests.
  "${request[@]}" --rate 1/s --write-out "$answer" "$url#[1-$each]" >"$folder/sender-$sender" 2>"$folder/errors-$sender" &
  sleep "$pause"
done
# A request that waits holds up its sender. What is not sent in time counts as failed.
deadline=$((${SECONDS:-0} + ${each:-0} + 15))
while [ -n "$(jobs -rp)" ] && [ "$SECONDS" -lt "$deadline" ]; do sleep 1; done
stop_senders
wait

# From the moment at which the request is on its way, as the service measures it: without DNS, TCP and TLS.
echo "sender,number,code,seconds" >"$folder/requests.csv"
for sender in $(seq "$LOAD_RATE"); do
  awk -v sender="$sender" -v warm="$LOAD_WARM_UP" '
    FNR > warm && NF == 6 { printf "%d,%d,%s,%.6f\n", sender, FNR - warm, $1, $3 - $2 }' "$folder/sender-$sender"
done >>"$folder/requests.csv"
way="$(cat "$folder"/sender-* | awk '$4 > 0 && $6 > $5 && (!n++ || $6 - $5 < way) { way = $6 - $5 } END { printf "%.4f", way }')"
sort -u "$folder"/errors-* >"$folder/errors.txt"
rm -f "$folder"/sender-* "$folder"/errors-*

status=0
tail -n +2 "$folder/requests.csv" | sort -t , -k 4,4n | awk -F , -v rate="$LOAD_RATE" -v seconds="$LOAD_SECONDS" -v bound="$bound" \
  -v may_fail="$may_fail" -v may_be_slow="$may_be_slow" -v where="$where" -v url="$url" -v way="$way" '
  function percent(share) { return sprintf("%.4g%%", 100 * share) }
  function within(part,    at) {
    at = int(good * part)
    return good ? sprintf("%.3f s", took[at < good * part ? at + 1 : at]) : "none"
  }
  { codes[$3]++; if ($4 > bound) slow++ }
  $3 ~ /^2/ { took[++good] = $4 }
  END {
    expected = rate * seconds
    failed = expected - good
    # Half a request more, so that a product such as 0.29 * 100 does not lose one.
    failures = int(expected * may_fail + 0.000001); delays = int(expected * may_be_slow + 0.000001)
    held = failed <= failures && slow <= delays
    printf "### Load on %s: the objectives are %s\n\n", where, held ? "held" : "NOT held"
    printf "| %d requests in %d s, %d a second | measured | objective |\n|---|---|---|\n", expected, seconds, rate
    printf "| failed, or not answered | %d (%s) | at most %d (%s) |\n", failed, percent(failed / expected), failures, percent(may_fail)
    printf "| slower than %s s | %d (%s) | at most %d (%s) |\n", bound, slow, percent(slow / expected), delays, percent(may_be_slow)
    printf "| half, 95%% and 99%% answered within | %s, %s, %s | |\n", within(0.5), within(0.95), within(0.99)
    printf "| the network of that, there and back | %.3f s | |\n\n", way
    printf "`%s` answered", url
    for (code in codes) printf " %s: %d", code == "000" ? "nothing" : code, codes[code]
    printf "\n"
    exit !held
  }' >"$folder/summary.md" || status=$?
[ "$status" -le 1 ] || die "the answers in $folder/requests.csv cannot be counted"
cat "$folder/summary.md"
[ "$status" = 1 ] || exit 0

[ ! -s "$folder/errors.txt" ] || say "$(head -n 3 "$folder/errors.txt")"
if [ -n "${CHAT_WEBHOOK_URL:-}" ]; then
  COMMIT_URL="$COMMITS$REVISION" PAGE_URL="${FILES}docs/load.md" ci/notify.sh failed \
    "$REVISION does not hold its objectives under load in $where. It goes on running there, and goes no further." ||
    say "warning: the chat was not told"
fi
die "the objectives are not held under load: docs/load.md"
