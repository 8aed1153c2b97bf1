"""Services on Express, Fastify, FastAPI, chi and a Java library: built, tested, held against the contract, and in an image.

npm and PyPI are asked for the packages, so that `make dependencies` runs it and the gate does not. The image is built on
stand-in bases from files in the repository: that build asks no registry. docs/your-own-framework.md shows parts of the services.
"""

from __future__ import annotations

import dataclasses
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from base_images import BASES, Base, Buildah, make_bases
from contracts import PROGRAMS, hold
from framework_services import SERVICES, FrameworkService, run
from runtimes import TOOLS, Tools
from support import Repository

pytestmark = [
    pytest.mark.dependencies,
    pytest.mark.skipif(not all(map(shutil.which, PROGRAMS)), reason=f"needs {', '.join(PROGRAMS)}"),
]
needs_buildah = pytest.mark.skipif(
    not shutil.which("buildah") or os.geteuid() != 0, reason="buildah is not installed, or no root"
)


@dataclass(frozen=True)
class Placed:
    """A repository with such a service in it, on the versions of this machine."""

    service: FrameworkService
    root: Path
    base: Base
    tools: Tools


@pytest.fixture(scope="module", params=SERVICES)
def placed(
    request: pytest.FixtureRequest, pristine: Repository, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Placed]:
    service = SERVICES[request.param]
    base = _base(service.runtime)
    original = pristine(runtime=service.runtime)
    home = tmp_path_factory.mktemp(request.param)
    root = Path(shutil.copytree(original, home / original.name, symlinks=True))
    (root / f".{service.runtime}-version").write_text(f"{base.version}\n")
    tools = TOOLS[service.runtime](base.version)
    if service.runtime == "python":
        tools = Tools(tools.version, {"PYTHON": sys.executable})  # for it are the wheels
    service.put(root, tools)
    yield Placed(service, root, base, tools)
    shutil.rmtree(home)


def _base(runtime: str) -> Base:
    """Return the stand-in base; that of Python also has pip, as the real one has."""
    base = BASES[runtime]()
    if runtime != "python":
        return base
    import pip

    site_packages = f"usr/local/lib/python{base.version}/site-packages"
    return dataclasses.replace(
        base, trees={**base.trees, f"{site_packages}/pip": Path(pip.__file__).parent}
    )


def test_it_is_built_and_its_tests_pass(placed: Placed) -> None:
    done = run(placed.root, "bash", "app/test.sh", **placed.tools.environment)
    assert done.returncode == 0, done.stdout + done.stderr
    results = (placed.root / "build/test-results/unit.xml").read_text()
    assert placed.service.unit_test in results


def test_it_holds_the_contract(placed: Placed) -> None:
    verdict = hold(placed.root, placed.service.runtime, **placed.tools.environment)
    assert (verdict.exit_code, verdict.broken) == (0, ()), verdict.text
    assert "0 not checked" in verdict.text


@needs_buildah
def test_its_image_holds_the_packages_and_no_cache(placed: Placed, tmp_path: Path) -> None:
    if placed.service.runtime == "node" and "usr/local/bin/npm" not in placed.base.trees:
        pytest.skip("there is no npm beside node: `make dependencies` has one")
    root = Path(shutil.copytree(placed.root, tmp_path / placed.root.name, symlinks=True))
    shutil.rmtree(root / "build", ignore_errors=True)
    buildah = Buildah(tmp_path)
    try:
        make_bases(buildah, placed.base, tmp_path / "base")
        done = buildah.build(root, "built", revision="0" * 40, created="2026-01-02T03:04:05Z")
        assert done.returncode == 0, done.stdout + done.stderr
        image = Path(buildah.said("mount", buildah.said("from", "built")))
        assert (image / placed.service.in_image).exists()
        assert not (image / placed.service.not_in_image).exists()
        folders = ("root", "src", "app/wheels", "app/vendor", "app/test", "go/pkg")
        assert [file for folder in folders for file in _files(image, folder)] == []
    finally:
        buildah.done("rm", "--all")
        buildah.done("rmi", "--all", "--force")


def _files(image: Path, folder: str) -> list[str]:
    """Return the files in a folder of an image, without the library of the base image's Python."""
    library = Path(sys.base_prefix).as_posix().lstrip("/")
    inside = (path for path in (image / folder).rglob("*") if path.is_file())
    files = (path.relative_to(image) for path in inside)
    return [file.as_posix() for file in files if not file.is_relative_to(library)]
