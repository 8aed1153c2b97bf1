#!/usr/bin/env bash
# Puts the service with its compiled files into build/app, as the image holds it; a file that does not compile without a
# warning stops the build. Needs Python, and pip or uv if there are packages. The same sources give the same bytes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

python=${PYTHON:-python3}
wanted=$(<.python-version)
found=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
if [ "$found" != "$wanted" ]; then
  echo "app/build.sh: note: .python-version is $wanted, this is Python $found. The image is built and tested with $wanted." >&2
fi

rm -rf build/app
mkdir -p build/app
cp -R app/src/service build/app/
find build/app -name __pycache__ -prune -exec rm -rf {} +
# By content instead of by time, and with the path that they have in the image: the compiled files of two builds are equal.
"$python" -W error -m compileall -q --invalidation-mode unchecked-hash -s build/app -p /app build/app
# The packages of app/uv.lock or app/requirements.txt, beside the service.
"$python" app/packages.py build/packages
if [ -d build/packages ]; then
  cp -R build/packages/. build/app/
fi

echo "build/app: the service, compiled with Python $found"
