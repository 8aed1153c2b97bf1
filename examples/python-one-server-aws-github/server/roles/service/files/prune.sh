#!/bin/sh
# prune.sh SERVICE REPOSITORY: remove the images of REPOSITORY that no unit in /var/lib/SERVICE names.
set -eu
kept=$(sed -n 's/^Image=//p' /var/lib/"$1"/*.container)
podman images --digests --format '{{.Repository}}@{{.Digest}}' --filter "reference=$2" | sort -u | while read -r image; do
  case "$kept" in
    *"$image"*) ;;
    *) podman image rm "$image" >/dev/null && echo "removed $image" ;;
  esac
done
