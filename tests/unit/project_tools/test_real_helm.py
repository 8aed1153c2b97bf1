"""Helm 3 and Helm 4 out of a package.

The program is found at its place, and named by its own version.
"""

from __future__ import annotations

import io
import re
import shutil
import tarfile
import zipfile
from pathlib import Path

import pytest

from tools import real_helm

pytestmark = pytest.mark.programs
needs_sh = pytest.mark.skipif(
    not shutil.which("sh"), reason="the stand-in is a shell script; no sh on PATH"
)


def package(
    folder: Path, *, script: str, place: str = "package/lib/layer.zip", kubectl: str = ""
) -> Path:
    """A wheel that holds `script` as its Helm, and a kubectl if there is a text for it."""
    layer, outer = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(layer, "w") as files:
        files.writestr("helm/helm", script)
        if kubectl:
            files.writestr("kubectl/kubectl", kubectl)
    with tarfile.open(fileobj=outer, mode="w:gz") as archive:
        entry = tarfile.TarInfo(place)
        entry.size = layer.tell()
        archive.addfile(entry, io.BytesIO(layer.getvalue()))
    wheel = folder / "kubectl.whl"
    with zipfile.ZipFile(wheel, "w") as files:
        files.writestr("aws_cdk/_jsii/layer.jsii.tgz", outer.getvalue())
    return wheel


@needs_sh
def test_unpack_names_the_program_for_its_major_version(tmp_path: Path) -> None:
    program = real_helm.unpack(
        package(tmp_path, script="#!/bin/sh\necho v3.19.0+g3d8990f\n"), tmp_path
    )
    assert program == tmp_path / "helm3"
    assert program.stat().st_mode & 0o111


@needs_sh
def test_unpack_takes_the_kubectl_beside_it(tmp_path: Path) -> None:
    helm = "#!/bin/sh\necho v4.1.4+g1\n"
    real_helm.unpack(package(tmp_path, script=helm, kubectl="program"), tmp_path)
    assert (tmp_path / "kubectl").read_text(encoding="utf-8") == "program"
    assert (tmp_path / "kubectl").stat().st_mode & 0o111


@needs_sh
def test_unpack_refuses_a_program_without_a_version(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="tells its version"):
        real_helm.unpack(package(tmp_path, script="#!/bin/sh\necho hello\n"), tmp_path)


def test_unpack_refuses_a_package_without_helm(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        real_helm.unpack(package(tmp_path, script="", place="package/README.md"), tmp_path)


def test_both_major_versions_are_pinned_by_their_content() -> None:
    pinned = [
        line
        for line in real_helm.REQUIREMENTS.read_text(encoding="utf-8").splitlines()
        if "==" in line
    ]
    assert len(pinned) == 2
    assert all(re.search(r"==[\d.]+ --hash=sha256:[0-9a-f]{64}$", line) for line in pinned)
