"""`scaffold new` as a process that is interrupted, killed, starved of disk, or run twice at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scaffolder.errors import ExitCode

pytestmark = pytest.mark.only_git

NEW = (sys.executable, "-m", "scaffolder", "new", "my-service", "--defaults", "--no-check")


def complete(destination: Path) -> bool:
    return (destination / ".copier-answers.yml").is_file() and (
        destination / ".git" / "HEAD"
    ).is_file()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
@pytest.mark.parametrize("after", [0.15, 0.3, 0.45, 0.6, 0.8])
def test_an_interrupted_run_leaves_a_complete_repository_or_nothing(
    tmp_path: Path, number: signal.Signals, after: float
) -> None:
    process = subprocess.Popen([*NEW, "-o", str(tmp_path)], stderr=subprocess.PIPE, text=True)
    time.sleep(after)
    process.send_signal(number)
    _, stderr = process.communicate(timeout=30)
    assert process.returncode in {ExitCode.CLEAN, ExitCode.INTERRUPTED, -number}, (
        stderr
    )  # -number: before main began
    assert "Traceback" not in stderr or process.returncode == -number
    left = list(tmp_path.iterdir())
    assert left == [] or (left == [tmp_path / "my-service"] and complete(left[0]))


@pytest.mark.parametrize("after", [0.2, 0.4, 0.6, 0.8])
def test_a_killed_run_leaves_the_destination_absent_or_complete(
    tmp_path: Path, after: float
) -> None:
    process = subprocess.Popen([*NEW, "-o", str(tmp_path)])
    time.sleep(after)
    process.kill()
    process.wait(timeout=30)
    destination = tmp_path / "my-service"
    assert not destination.exists() or complete(destination)


def test_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    limited = "import resource, runpy, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)"
    limited += "; resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000)); sys.argv = ['scaffold', *sys.argv[1:]]"
    limited += "; runpy.run_module('scaffolder', run_name='__main__')"
    argv = [sys.executable, "-B", "-c", limited, *NEW[3:], "-o", str(tmp_path)]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60)
    assert done.returncode in {ExitCode.USAGE, ExitCode.BROKEN}, done.stderr
    assert "File too large" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    done = subprocess.run([*NEW, "-o", "/proc/nowhere"], capture_output=True, text=True, timeout=60)
    assert done.returncode == ExitCode.USAGE
    assert done.stderr == (
        "scaffold: /proc/nowhere cannot be made: No such file or directory\n  try: give another -o DIR\n"
    )


def test_of_two_runs_at_once_one_wins_and_the_other_says_so(tmp_path: Path) -> None:
    runs = [
        subprocess.Popen([*NEW, "-o", str(tmp_path)], stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [process.communicate(timeout=60)[1] for process in runs]
    codes = sorted(process.returncode for process in runs)
    assert codes == [0, 2], said
    assert [path.name for path in tmp_path.iterdir()] == ["my-service"]
    assert complete(tmp_path / "my-service")


def test_an_occupied_destination_is_untouched(tmp_path: Path) -> None:
    (tmp_path / "my-service").mkdir()
    (tmp_path / "my-service" / "mine").write_text("mine", encoding="utf-8")
    done = subprocess.run([*NEW, "-o", str(tmp_path)], capture_output=True, text=True, timeout=60)
    assert done.returncode == ExitCode.USAGE
    assert "is not empty" in done.stderr
    assert os.listdir(tmp_path / "my-service") == ["mine"]  # noqa: PTH208, names are what is compared
