"""Processes in the background end with their parent, also when it is killed, and leave no folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from scaffolder.errors import ToolCrashed
from scaffolder.tools.background import Background, free_port

SLEEPER = (
    sys.executable,
    "-c",
    "import subprocess, sys, time; child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
    " print(child.pid, flush=True); time.sleep(60)",
)
PARENT = """
import signal, sys, time
from pathlib import Path
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # nohup ignores it, and so would this one
from scaffolder.tools.background import Background
background = Background()
background.start("sleeper", tuple(sys.argv[1:]), cwd=Path("/"))
while not background.last_words("sleeper"):
    time.sleep(0.01)
print(background.folder, background.last_words("sleeper"), flush=True)
time.sleep(60)
"""


def soon(true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 10
    while not true() and time.monotonic() < deadline:
        time.sleep(0.01)
    return true()


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not (stat.is_file() and stat.read_text().rpartition(")")[2].split()[0] == "Z")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_nothing_stays_when_the_parent_is_killed(number: signal.Signals) -> None:
    with subprocess.Popen(
        (sys.executable, "-c", PARENT, *SLEEPER), stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout
        folder, child = parent.stdout.readline().split()
        assert Path(folder).is_dir()
        assert lives(int(child))
        parent.send_signal(number)
    assert soon(lambda: not lives(int(child)))
    assert soon(lambda: not Path(folder).exists())


def test_leaving_the_block_ends_all_and_removes_the_folder() -> None:
    with Background() as background:
        background.start("sleeper", SLEEPER, cwd=background.folder)
        assert soon(lambda: bool(background.last_words("sleeper")))
        child = int(background.last_words("sleeper"))
        assert not background.ended("sleeper")
    assert soon(lambda: not lives(child))
    assert not background.folder.exists()


def test_a_process_is_stopped_by_itself() -> None:
    with Background() as background:
        background.start("sleeper", SLEEPER, cwd=background.folder)
        background.stop("sleeper")
        assert background.ended("sleeper")


def test_the_last_words_of_a_process_that_ended() -> None:
    with Background() as background:
        background.start(
            "teller",
            (sys.executable, "-c", "import os; print('no', os.environ['X'])"),
            cwd=Path("/"),
            env={"X": "port"},
        )
        assert soon(lambda: background.ended("teller"))
        assert background.last_words("teller") == "no port"


def test_what_cannot_be_started_says_why() -> None:
    with Background() as background:
        with pytest.raises(ToolCrashed, match="teller could not be started: No such file"):
            background.start("teller", ("/no/such/program",), cwd=Path("/"))
        assert background.ended("teller")


def test_free_ports_can_be_listened_on() -> None:
    assert 1024 < free_port() < 65536
