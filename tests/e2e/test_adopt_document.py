"""docs/adopt.md, followed step by step in a repository that was not generated."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import foreign
import pytest
import yaml
from support import ROOT

DOCUMENT = (ROOT / "docs/adopt.md").read_text(encoding="utf-8")
STEPS = [
    line
    for block in re.findall(r"```sh\n(.*?)```", DOCUMENT, re.DOTALL)
    for line in block.splitlines()
]
MAY_FIND = (
    "scaffold adopt",
    "scaffold check",
    "scaffold status --exit-code",
    "git diff --no-index",
)
"""Commands that end with 1 for a finding, which is not a failure."""

pytestmark = [
    pytest.mark.skipif(not shutil.which(program), reason=f"{program} is not installed")
    for program in ("git", "bash")
]


@pytest.mark.long
def test_every_step_does_what_the_document_says(tmp_path: Path) -> None:
    root = foreign.repository(
        tmp_path / "orders", foreign.MAVEN, "git@github.com:acme/order-service.git"
    )
    shim = tmp_path / "bin/scaffold"
    shim.parent.mkdir()
    shim.write_text(f'#!/bin/sh\nexec {sys.executable} -m scaffolder "$@"\n')
    shim.chmod(0o755)
    env = {**os.environ, "PATH": f"{shim.parent}{os.pathsep}{os.environ['PATH']}", "CI": "1"}
    said: dict[str, str] = {}
    for step in STEPS:
        done = subprocess.run(
            ["bash", "-c", step], cwd=root, env=env, capture_output=True, text=True, timeout=120
        )
        allowed = {0, 1} if step.startswith(MAY_FIND) else {0}
        assert done.returncode in allowed, (step, done.stdout, done.stderr)
        said[step] = done.stdout
    shown = re.search(r"```text\n(.*?)```", DOCUMENT, re.DOTALL)
    assert shown is not None
    assert shown[1] in said["scaffold adopt --everything --dry-run"]
    assert "kept      Dockerfile" in said["scaffold status"]
    assert "kept      .gitignore" not in said["scaffold status"]
    assert ", nothing to do" in said["scaffold update"]
    assert "- .gitignore" not in yaml.safe_dump(
        yaml.safe_load((root / ".scaffold/adopted.yml").read_text())
    )
    assert not [*root.rglob("*.scaffold-new")]
    for name in ("pom.xml", "Dockerfile", "README.md"):
        assert (root / name).read_text(encoding="utf-8") == foreign.MAVEN[name]


def test_the_document_is_linked_from_the_readme() -> None:
    assert "(docs/adopt.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
