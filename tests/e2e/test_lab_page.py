"""docs/lab.md, typed as it stands there, each command in the lab that it is about: `make lab-walk`."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from site_text import followed

pytestmark = pytest.mark.walk

ENDS = {0, 1, 3}
"""Green, red, and a runtime or a program that this machine has not."""

UNTIL_STOPPED = ("scaffold lab watch", "scaffold lab open chat")
PATIENCE = 300.0


def begun(words: str, folder: Path) -> subprocess.Popen[str]:
    argv = [sys.executable, "-m", "scaffolder", *words.split()[1:]]
    environment = {**os.environ, "COLUMNS": "100", "PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(
        argv,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def typed(words: str, folder: Path) -> str:
    started = begun(words, folder)
    printed, _ = started.communicate(timeout=PATIENCE)
    assert started.returncode in ENDS, f"{words}\n{printed}"
    assert "Traceback" not in printed
    return printed


def lines(blocks: list[str]) -> list[tuple[str, str]]:
    """The commands of a block, each with the comment behind it."""
    (block,) = blocks
    found = [line.partition("#") for line in block.splitlines()]
    return [(command.strip(), comment.strip()) for command, _, comment in found]


def test_the_commands_of_an_exercise_are_typed_in_their_order(tmp_path: Path) -> None:
    for command, _ in lines(followed("lab.md", "exercise")):
        if command not in UNTIL_STOPPED:
            assert typed(command, tmp_path)
            continue
        watching = begun(command, tmp_path)
        assert watching.stdout
        assert watching.stdout.readline() is not None
        watching.send_signal(signal.SIGINT)
        watching.communicate(timeout=PATIENCE)
    assert typed("scaffold lab check", tmp_path).count("red") >= 1, "the reset put the fault back"


def test_each_program_of_a_lab_runs_in_its_lab(tmp_path: Path) -> None:
    commands = lines(followed("lab.md", "programs"))
    *others, (stop, _) = commands
    assert stop == "scaffold lab stop"
    for command, comment in others:
        number = re.findall(r"\d", comment)[0]
        typed(f"scaffold lab start {number} --force", tmp_path)
        if command not in UNTIL_STOPPED:
            assert typed(command, tmp_path)
            continue
        opened = begun(command, tmp_path)
        assert opened.stdout
        first = opened.stdout.readline()
        if opened.poll() is None and first.startswith("chat page: "):
            end = time.monotonic() + PATIENCE
            while "is stopped" not in typed(stop, tmp_path):
                assert time.monotonic() < end
        opened.communicate(timeout=PATIENCE)
        assert opened.returncode in ENDS, first
