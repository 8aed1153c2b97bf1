#!/usr/bin/env bash
# Puts the service into build/app, as the image holds it; a file that Node.js cannot parse stops the build.
# Needs Node.js, and npm if there is an app/package-lock.json.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

wanted=$(<.node-version)
found=$(node --print 'process.versions.node.split(".")[0]')
if [ "$found" != "$wanted" ]; then
  echo "app/build.sh: note: .node-version is $wanted, this is Node.js $found. The image is built and tested with $wanted." >&2
fi

rm -rf build/app
mkdir -p build/app
cp -R app/package.json app/src build/app/
# The packages of app/package-lock.json without those that only tests need.
node app/packages.mjs build/packages --omit=dev
if [ -d build/packages ]; then
  cp -R build/packages/. build/app/
fi
find build/app/src -name '*.js' -print0 | xargs -0 -n 1 node --check

echo "build/app: the service, checked with Node.js $found"
