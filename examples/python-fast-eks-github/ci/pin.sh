#!/usr/bin/env bash
# Add to each base image of the Dockerfile the digest that its tag has today; Renovate moves both from then on.
#
# A tag can be moved by whoever owns it; a digest cannot.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
tool crane
dry || mkdir -p build

images="$(sed -nE 's/^FROM (--platform=[^ ]+ )?([^ @]+:[^ @]+)( .*)?$/\2/p' Dockerfile | sort -u)"
for image in $images; do
  # ${NAME} in a tag is the value of `ARG NAME=`.
  name="$image"
  while [[ "$name" =~ \$\{([A-Z_]+)\} ]]; do
    argument="${BASH_REMATCH[1]}"
    value="$(sed -nE "s/^ARG $argument=\"?([^\"]*)\"?$/\1/p" Dockerfile | head -n 1)"
    [[ -n "$value" ]] || die "the Dockerfile has no default for $argument, so $image has no digest yet"
    name="${name//\$\{$argument\}/$value}"
  done
  if dry; then
    say "+ crane digest $name, and write it into the Dockerfile"
    continue
  fi
  digest="$(crane digest "$name")"
  awk -v image="$image" -v pinned="$image@$digest" '
    $1 == "FROM" { at = index($0, " " image); if (at) $0 = substr($0, 1, at) pinned substr($0, at + 1 + length(image)) }
    { print }' Dockerfile >build/Dockerfile.pinned
  cat build/Dockerfile.pinned >Dockerfile
  say "$name@$digest"
done
rm -f build/Dockerfile.pinned
