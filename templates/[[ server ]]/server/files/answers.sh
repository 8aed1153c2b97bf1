#!/bin/sh
# answers.sh ADDRESS SECONDS: wait until this machine answers 200 at http://127.0.0.1:ADDRESS, and print the answer.
# With 0 seconds it asks once. The question stays on this machine, so it needs no TLS.
set -eu
end=$(($(date +%s) + $2))
until answer="$(curl --noproxy '*' --silent --show-error --max-time 5 --write-out '\n%{http_code}' "http://127.0.0.1:$1" 2>&1)" &&
  [ "$(printf '%s' "$answer" | tail -n 1)" = 200 ]; do
  if [ "$(date +%s)" -ge "$end" ]; then
    printf '%s did not answer 200 within %s s: %s\n' "$1" "$2" "$(printf '%s' "$answer" | tail -c 300 | tr '\n' ' ')" >&2
    exit 1
  fi
  sleep 1
done
printf '%s\n' "$answer" | sed '$d'
