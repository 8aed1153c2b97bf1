"""A script that is called by its path can be run: with the wrong mode, `make` ends with "Permission denied"."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from combinations import Combination
from sample import sample
from support import Repository

REPOSITORIES: dict[str, Combination] = {
    **sample(),
    "servers-aws": {"cloud": "aws", "runs_on": "server"},
    "servers-azure": {"cloud": "azure", "runs_on": "server"},
    "platform-aws": {"kind": "platform", "cloud": "aws"},
    "platform-azure": {"kind": "platform", "cloud": "azure"},
    "platform-none": {"kind": "platform", "cloud": "none"},
}

_CALL = re.compile(
    r"^\s*(?:- |run: |script: |sh ['\"])*@?((?:ci|app)/[\w./-]+\.sh)\b", re.MULTILINE
)


def called(root: Path) -> Iterator[Path]:
    """Yield each script that a line of the Makefile, of a pipeline or of another script begins with."""
    files = [root / "Makefile", root / "Jenkinsfile", *root.glob("*.yml"), *root.glob("ci/*.sh")]
    files += root.glob(".github/workflows/*.yml")
    for file in files:
        text = file.read_text(encoding="utf-8") if file.is_file() else ""
        yield from (root / name for name in _CALL.findall(text))


@pytest.mark.parametrize("name", REPOSITORIES)
def test_what_is_called_by_its_path_can_be_run(name: str, pristine: Repository) -> None:
    root = pristine(**REPOSITORIES[name])
    scripts = {path for path in called(root) if path.is_file()}
    assert len(scripts) >= 8
    refused = [path.name for path in sorted(scripts) if not os.access(path, os.X_OK)]
    assert refused == []


def test_secrets_and_servers_are_among_them(pristine: Repository) -> None:
    every = {path.name for given in REPOSITORIES.values() for path in called(pristine(**given))}
    assert {"secret.sh", "external-secrets.sh", "grafana.sh", "services.sh"} <= every
