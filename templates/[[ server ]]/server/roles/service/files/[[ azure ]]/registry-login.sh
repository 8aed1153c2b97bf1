#!/bin/sh
# registry-login.sh REGISTRY: log in with the identity of this machine; the password is valid for three hours.
set -eu
metadata='http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fmanagement.azure.com%2F'
token=$(curl --fail --silent --show-error --noproxy '*' --retry 3 --header Metadata:true "$metadata" | jq --raw-output .access_token)
# Through a pipe: the arguments of a program are for all users of the machine to read.
printf 'grant_type=access_token&service=%s&access_token=%s' "$1" "$token" |
  curl --fail --silent --show-error --retry 3 --data @- "https://$1/oauth2/exchange" | jq --raw-output .refresh_token |
  podman login --username 00000000-0000-0000-0000-000000000000 --password-stdin "$1" >/dev/null
