#!/bin/sh
# drain leave SERVICE SECONDS: tell the load balancer that this server leaves, and wait until it sends nothing more.
# drain return SERVICE PORT: wait until the service is ready, tell the load balancer that this server is back, and stay.
#
# /readyz of the proxy answers 503 as long as the file is there, also after a restart: until the service is ready.
set -eu
leaving="/var/lib/$2/drain/leaving"
case "$1" in
  leave)
    [ "$3" -gt 0 ] || exit 0
    touch "$leaving"
    sleep "$3"
    ;;
  return)
    until curl --noproxy '*' --fail --silent --max-time 5 --output /dev/null "http://127.0.0.1:$3/readyz"; do sleep 1; done
    rm -f "$leaving"
    exec sleep infinity
    ;;
  *)
    echo "usage: drain leave SERVICE SECONDS | drain return SERVICE PORT" >&2
    exit 2
    ;;
esac
