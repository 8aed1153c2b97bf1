#!/bin/bash
# debian.sh FOLDER: make the Debian that the machines of the tests boot; needs root, debootstrap and a mirror of Debian.
set -euo pipefail
folder=$1
command -v debootstrap >/dev/null || { echo "debootstrap is not installed: apt-get install debootstrap" >&2; exit 1; }
rm -rf "$folder"
debootstrap --variant=minbase --include=systemd,systemd-sysv,dbus,python3,python3-apt,ca-certificates,iproute2,procps,xz-utils \
  trixie "$folder" "${DEBIAN_MIRROR:-http://deb.debian.org/debian}"
mount -t proc proc "$folder/proc"
trap 'umount "$folder/proc"' EXIT
# What the playbooks install themselves is here already: a machine of a test has no way to a mirror. The images of the proxy and of
# the monitoring are made of Debian's Caddy, Prometheus, Alertmanager and node-exporter.
DEBIAN_FRONTEND=noninteractive chroot "$folder" apt-get --yes --no-install-recommends install \
  amazon-ecr-credential-helper ansible-core caddy catatonit crun curl gpgv jq netavark nftables podman prometheus \
  prometheus-alertmanager prometheus-node-exporter unattended-upgrades
chroot "$folder" systemctl disable caddy prometheus prometheus-alertmanager prometheus-node-exporter
