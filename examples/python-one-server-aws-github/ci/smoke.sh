#!/usr/bin/env bash
# Ask every server what it runs, or the one that ONLY names, and compare the answers with what should run: digest, commit and runtime.
#
# It asks the servers one by one because one right answer could come from the one right server. With SERVICE_URL set it also asks
# once through the front door, which takes name and certificate into the test.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
need ENVIRONMENT DIGEST
tool jq curl

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
    return 1
  fi
  say "$1 is right"
}

if dry; then
  say "+ ask ${ONLY:-every server of $SERVICE in $ENVIRONMENT} for /info and expect $(jq -c . <<<"$expected")"
  exit
fi
source ci/cloud.sh
source ci/servers.sh

wrong=0
for server in ${ONLY:-$(need_servers)}; do
  if answer="$(info_of "$server")" && [[ -n "$answer" ]]; then
    judge "$server" "$answer" || wrong=1
  else
    say "the service on $server does not answer"
    wrong=1
  fi
done
if [[ -n "${SERVICE_URL:-}" && -z "${ONLY:-}" ]]; then
  if answer="$(curl --fail --silent --show-error --max-time 5 --retry 5 --retry-delay 3 --retry-all-errors "$SERVICE_URL/info")"; then
    judge "$SERVICE_URL" "$answer" || wrong=1
  else
    say "$SERVICE_URL does not answer"
    wrong=1
  fi
fi
exit "$wrong"
