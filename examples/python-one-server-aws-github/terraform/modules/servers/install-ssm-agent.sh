#!/bin/sh
# install-ssm-agent REGION VERSION: install what takes commands from Systems Manager, if AWS signed it. Once, on the first start of the
# machine: from then on it is updated by itself (agent.tf).
set -eu
address="https://s3.$1.amazonaws.com/amazon-ssm-$1/$2/debian_amd64/amazon-ssm-agent.deb"
folder="$(mktemp -d)"
cd "$folder"

# AWS's key for this agent: https://docs.aws.amazon.com/systems-manager/latest/userguide/verify-agent-signature.html
# Fingerprint DE92 C7DA 3E56 E923 31D6 2A36 BC1F 495C 97DD 04ED. It signed the version that is installed here; a newer version may
# have a newer key, so change both together.
base64 -d >key.gpg <<'END_OF_KEY'
mQENBGTtIoIBCAD2M1aoGIE0FXynAHM/jtuvdAVVaX3Q4ZejTqrX+Jq8ElAMhxyO
GzHu2CDtCYxtVxXK3unptLVt2kGgJwNbhYC393jDeZx5dCda4Nk2YXX1UK3P461i
axuuXRzMYvfM4RZn+7bJTu635tA07q9Xm6MGD4TCTvsjBfViOxbrxOg5ozWbJdSw
fSR8MwUrRfmFpAefRlYfCEuZ8FHywa9U6jLeWt2O/kqrZliJOAGjGzXtB7EZkqKb
faCCxikjjvhF1awdEqSK4DQorC/OvQc4I5kP5y2CJbtXvXO73QH2yE75JMDIIx9x
rOsIRUoSfK3UrWaOVuAnEEn5ueKzZNqGG1J1ABEBAAG0J1NTTSBBZ2VudCA8c3Nt
LWFnZW50LXNpZ25lckBhbWF6b24uY29tPokBPwQTAQIAKQUCZO0iggIbLwUJAsaY
gAcLCQgHAwIBBhUIAgkKCwQWAgMBAh4BAheAAAoJELwfSVyX3QTt+icH/A//tJsW
I+7Ay8FGJh8dJPNy++HIBjVSFdGNJFWNbw1Z8uZcazHEcUCH3FhW4CLQLTZ3OVPz
qvFwzDtRDVIN/Y9EGDhLMFvimrE+/z4olWsJ5DANf6BnX8I5UNIcRt5d8SWH1BEJ
2FWIBZFgKyTDI6XzRC5x4ahtgpOVAGeeKDehs+wh6Ga4W0/K4GsviP1Kyr+Ic2br
NAIq0q0IHyN1q9zam3Y0+jKwEuNmTj+Bjyzshyv/X8S0JWWoXJhkexkOvWeBYNNt
5wI4QcSteyfIzp6KlQF8q11Hzz9D9WaPfcBEYyhq7vLEARobkbQMBzpkmaZua241
0RaWG50HRvrgm4Y=
END_OF_KEY

curl --fail --silent --show-error --retry 5 --location --output agent.deb "$address"
curl --fail --silent --show-error --retry 5 --location --output agent.deb.sig "$address.sig"
if ! gpgv --keyring "$folder/key.gpg" agent.deb.sig agent.deb; then
  echo "the SSM agent $2 is not signed by AWS: not installed, and so this machine takes no commands" >&2
  exit 1
fi
dpkg --install agent.deb
systemctl enable --now amazon-ssm-agent
cd /
rm -r "$folder"
