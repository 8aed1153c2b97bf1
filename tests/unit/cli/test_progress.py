"""Progress is for a person at a terminal, and leaves nothing behind."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest


def check(root: Path, *arguments: str, stderr: int, **more: str) -> int:
    environment = {name: value for name, value in os.environ.items() if name != "CI"}
    argv = [sys.executable, "-m", "scaffolder", "check", str(root), "--select", "SY", *arguments]
    done = subprocess.run(
        argv, stdout=subprocess.DEVNULL, stderr=stderr, env=environment | more, timeout=60
    )
    return done.returncode


def at_a_terminal(root: Path, *arguments: str, **more: str) -> str:
    leader, follower = pty.openpty()
    try:
        assert check(root, *arguments, stderr=follower, **more) == 0
        os.set_blocking(leader, False)
        try:
            return os.read(leader, 65536).decode()
        except BlockingIOError:
            return ""
    finally:
        os.close(leader)
        os.close(follower)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "a.yml").write_text("a: 1\n", encoding="utf-8")
    return tmp_path


def test_a_person_sees_what_is_done_and_in_the_end_nothing(root: Path) -> None:
    shown = at_a_terminal(root, COLUMNS="50")
    first, *others, last = shown.strip("\r").split("\r")
    assert first.rstrip() == "  reading the repository"
    assert any("checked: YAML parses" in line for line in others)
    assert last.strip() == ""
    assert all(len(line) <= 49 for line in shown.split("\r"))


@pytest.mark.parametrize(
    ("arguments", "more"), [(("--quiet",), {}), ((), {"CI": "1"}), ((), {"ACCESSIBLE": "1"})]
)
def test_who_wants_none_sees_none(
    root: Path, arguments: tuple[str, ...], more: dict[str, str]
) -> None:
    assert at_a_terminal(root, *arguments, **more) == ""
