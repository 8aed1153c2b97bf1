"""README's first command in a fresh clone, on a PATH that holds Python, git and make and nothing else."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support import ROOT

pytestmark = [
    pytest.mark.long,  # the gate begins with this command on this PATH
    pytest.mark.xdist_group("wheel"),  # installs as well; one after the other
]


def test_make_demo_generates_and_proves_a_repository_with_nothing_else_installed(
    tmp_path: Path,
) -> None:
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(clone)], check=True)
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, program in {
        "git": "git",
        "make": "make",
        "python3": getattr(sys, "_base_executable", sys.executable),
    }.items():
        (programs / name).symlink_to(str(shutil.which(program)))
    environment = {**os.environ, "PATH": str(programs)}
    for name in ("VIRTUAL_ENV", "PYTHONPATH", "MAKEFLAGS", "MAKELEVEL"):
        environment.pop(name, None)
    done = subprocess.run(
        [programs / "make", "demo"], cwd=clone, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "  ok    TF002  terraform validate passes" in done.stdout
    assert "level schema; terraform 1.15.5 (embedded)" in done.stdout
    assert "  ok    HL001  helm lint --strict passes" in done.stdout

    argv = [
        str(clone / ".venv" / "bin" / "scaffold"),
        "check",
        "--format",
        "json",
        "demo/my-service",
    ]
    report = json.loads(
        subprocess.run(argv, cwd=clone, env=environment, capture_output=True, text=True).stdout
    )
    assert report["exit_code"] == 0
    assert len(list((clone / "demo" / "my-service").rglob("*"))) >= 70
    for result in report["results"]:
        assert result["outcome"] in {"passed", "skipped"}, result
        assert result["outcome"] == "passed" or result["reason"], result
