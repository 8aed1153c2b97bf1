#!/bin/sh
# read-secret.sh URL: print a secret of the Key Vault, with the identity of this machine, which may read that vault alone.
set -eu
metadata='http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net'
token=$(curl --fail --silent --show-error --noproxy '*' --retry 3 --header Metadata:true "$metadata" | jq --raw-output .access_token)
# From its input: the arguments of a program are for all users of the machine to read.
printf 'header = "Authorization: Bearer %s"' "$token" |
  curl --fail --silent --show-error --retry 3 --config - "$1?api-version=7.4" | jq --raw-output --join-output .value
