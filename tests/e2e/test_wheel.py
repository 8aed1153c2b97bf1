"""The built package, installed with its extra in an environment of its own, outside the checkout, with an empty PATH."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from support import ROOT

Run = Callable[..., subprocess.CompletedProcess[str]]

pytestmark = pytest.mark.xdist_group("wheel")  # two workers would build and install twice


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, the wheel built from it, as `python -m build` does it, and nothing else."""
    folder = tmp_path_factory.mktemp("built")
    argv = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(argv, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Runs the installed `scaffold` in a folder of its own, with git as the only program on PATH."""
    home = tmp_path_factory.mktemp("installed")
    venv.create(home / "venv", symlinks=True)
    (wheel,) = built.glob("*.whl")
    python = home / "venv" / "bin" / "python"
    lock = ["--constraint", str(ROOT / "requirements" / "dev.txt")]
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "--quiet",
        "--disable-pip-version-check",
    ]
    install = [*pip, "install", "--no-compile", f"{wheel}[tools]", *lock]
    done = subprocess.run(install, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (home / "bin").mkdir()
    (home / "bin" / "git").symlink_to(str(shutil.which("git")))
    environment = {**os.environ, "PATH": str(home / "bin"), "HOME": str(home)}
    environment.pop("PYTHONPATH", None)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        scaffold = str(home / "venv" / "bin" / "scaffold")
        return subprocess.run(
            [scaffold, *arguments], capture_output=True, text=True, cwd=home, env=environment
        )

    return run


def test_the_wheel_carries_the_page_and_the_faults_of_each_check(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    checks = ROOT / "scaffolder" / "checks"
    beside = {
        file.relative_to(ROOT).as_posix()
        for pattern in ("*/*.md", "*/*.faults.yml")
        for file in checks.glob(pattern)
    }
    assert len(beside) > 100
    assert beside - names == set()


def test_the_wheel_and_the_sdist_carry_the_whole_template(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    (sdist,) = built.glob("*.tar.gz")
    tracked = [
        "git",
        "-C",
        str(ROOT),
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]
    listed = subprocess.run(
        [*tracked, "copier.yml", "versions.yml", "notes.yml", "presets.yml", "templates"],
        capture_output=True,
        text=True,
    )
    expected = {name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()}
    assert len(expected) > 70
    names = zipfile.ZipFile(wheel).namelist()
    in_wheel = {
        name.removeprefix("scaffolder/_template/") for name in names if "/_template/" in name
    }
    assert in_wheel == expected
    assert {"scaffolder/report/report.schema.json", "scaffolder/report/page.html.jinja"} <= set(
        names
    )
    assert wheel.stat().st_size < 5_000_000
    with tarfile.open(sdist) as archive:
        in_sdist = {name.partition("/")[2] for name in archive.getnames()}
    assert expected - in_sdist == set()


def test_the_wheel_says_the_licence_and_holds_one_package(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0].split("-")[0] for name in names} == {
        "scaffolder",
        "devops_scaffolder",
    }
    assert [name for name in names if name.endswith("licenses/LICENSE")]
    assert [name for name in names if name.endswith("licenses/NOTICE")]


def test_the_installed_tool_writes_a_repository_that_terraform_and_helm_accept(
    installed: Run,
) -> None:
    done = installed("new", "my-service", "--format", "json")
    assert done.returncode == 0, done.stdout + done.stderr
    made = json.loads(done.stdout)
    assert len(made["files"]) >= 70
    results = {result["id"]: result for result in made["check"]["results"]}
    assert results["TF002"]["outcome"] == "passed"
    assert results["TF002"]["level"] == "schema"
    assert results["TF002"]["tool"].endswith("(embedded)")
    assert results["HL001"]["outcome"] == "passed"
    assert results["HL001"]["tool"].endswith("(embedded)")


def test_with_the_extra_only_programs_that_no_package_brings_are_not_checked(
    installed: Run,
) -> None:
    if not installed("check", "my-service", "--format", "json").stdout:
        installed("new", "my-service")
    report = json.loads(installed("check", "my-service", "--format", "json").stdout)
    skipped = {
        result["id"]: result["reason"]
        for result in report["results"]
        if result["outcome"] == "skipped"
    }
    for reason in skipped.values():
        assert reason.startswith(("promtool is not installed", "amtool is not installed")), skipped


def test_the_installed_tool_explains_every_check(installed: Run) -> None:
    listed = {
        check["id"] for check in json.loads(installed("list", "checks", "--format", "json").stdout)
    }
    for family in sorted({re.sub(r"\d{3}$", "", check) for check in listed}):
        explained = installed("explain", family, "--format", "json")
        assert explained.returncode == 0, explained.stderr
        listed -= {page["id"] for page in json.loads(explained.stdout)}
    assert listed == set()


def test_the_installed_tool_names_the_wheel_it_came_from(built: Path, installed: Run) -> None:
    (wheel,) = built.glob("*.whl")
    assert wheel.name.startswith("devops_scaffolder-")
    document = json.loads(installed("doctor", "--format", "json").stdout)["installation"]
    assert document["reinstall"].endswith(f'"devops-scaffolder[tools] @ {wheel.as_uri()}"')
    assert document["conflict"] is None


def test_the_installed_tool_is_also_a_module(installed: Run) -> None:
    assert installed("--version").stdout.startswith("scaffold ")
