"""The mark of what runs for the course."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from scaffolder.errors import ProjectError
from scaffolder.lab import running
from scaffolder.lab.running import end, held


def test_two_things_do_not_run_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    with held(folder, "the chat"), pytest.raises(ProjectError), held(folder, "another"):
        pass
    with held(folder, "the chat"):
        pass


def test_nothing_that_runs_is_ended(tmp_path: Path) -> None:
    assert end(tmp_path) == ""


HELD = """
import pathlib, signal, sys, time
from scaffolder.lab import running
for name in sys.argv[2:]:
    signal.signal(getattr(signal, name), signal.SIG_IGN)
with running.held(pathlib.Path(sys.argv[1]), "the chat page"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_what_a_script_runs_in_the_background_is_ended(tmp_path: Path) -> None:
    argv = [sys.executable, "-c", HELD, str(tmp_path), "SIGINT"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        assert end(tmp_path) == "the chat page"
        assert process.wait(10) != 0
    assert list(tmp_path.iterdir()) == []


def test_what_does_not_end_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "_PATIENCE", 0.2)
    argv = [sys.executable, "-c", HELD, str(tmp_path), "SIGTERM"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        with pytest.raises(ProjectError, match="the chat page does not end"):
            end(tmp_path)
        process.kill()


@pytest.mark.parametrize("text", ["", "12345678 the chat", "x y"])
def test_a_mark_that_was_left_is_removed(text: str, tmp_path: Path) -> None:
    (tmp_path / ".running").write_text(text)
    assert end(tmp_path) == ""
    assert list(tmp_path.iterdir()) == []
