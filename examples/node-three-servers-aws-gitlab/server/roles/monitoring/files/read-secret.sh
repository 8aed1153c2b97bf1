#!/bin/sh
# read-secret.sh REGION:NAME: print a secret of the Parameter Store, with the role of this machine, which may read the two of the monitoring.
set -eu
exec aws ssm get-parameter --region "${1%%:*}" --name "${1#*:}" --with-decryption --query Parameter.Value --output text
