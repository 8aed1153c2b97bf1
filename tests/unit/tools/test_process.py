"""The life of a process: its input and output, and its leftovers if it hangs, crashes or asks questions."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, NoReturn

import pytest
from stand_in import TOOL, install

from scaffolder.errors import ToolCrashed, ToolTimeout
from scaffolder.tools import process
from scaffolder.tools.programs import Tool
from scaffolder.tools.toolchain import SystemToolchain

pytestmark = [
    pytest.mark.programs,
    pytest.mark.skipif(
        not all(shutil.which(name) for name in ("sh", "cat", "sleep")),
        reason="the stand-ins are shell scripts; no sh on PATH",
    ),
]


def has_ended(pid: int) -> bool:
    """Whether the process is over, or will be in a moment; one that only waits for its parent is."""
    for _ in range(500):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False


def wait_for(file: Path) -> str:
    for _ in range(1500):
        if file.exists() and (text := file.read_text().strip()):
            return text
        time.sleep(0.02)
    raise AssertionError(f"{file} was not written")


def test_run_tells_what_the_program_said(
    bin_folder: Path, tools: SystemToolchain, tmp_path: Path
) -> None:
    install(bin_folder, "pwd; echo trouble >&2; exit 3")
    done = tools.run(TOOL, "now", cwd=tmp_path)
    assert (done.exit_code, done.stdout, done.stderr) == (3, f"{tmp_path}\n", "trouble\n")
    assert done.argv == (str(bin_folder / "frobnicate"), "now")


def test_run_gives_the_program_nothing_to_read(bin_folder: Path, tools: SystemToolchain) -> None:
    install(bin_folder, "cat; (: < /dev/tty) 2>/dev/null && echo terminal")
    assert tools.run(TOOL, timeout=5).stdout == ""


def test_run_gives_the_program_its_input(bin_folder: Path, tools: SystemToolchain) -> None:
    install(bin_folder, "cat")
    assert tools.run(TOOL, stdin="grüezi").stdout == "grüezi"


def test_run_reads_what_is_not_utf_8(bin_folder: Path, tools: SystemToolchain) -> None:
    install(bin_folder, r"printf 'a\377b'")
    assert tools.run(TOOL).stdout == "a\N{REPLACEMENT CHARACTER}b"


def test_run_keeps_out_of_the_environment_what_changes_answers(
    bin_folder: Path, tools: SystemToolchain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TF_CLI_ARGS_validate", "-help")
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", "/etc/terraformrc")
    monkeypatch.setenv("FORCE_COLOR", "1")
    install(
        bin_folder,
        'echo "$TF_CLI_ARGS_validate|$TF_CLI_CONFIG_FILE|$FORCE_COLOR|$NO_COLOR|$CHECKPOINT_DISABLE|$MINE"',
    )
    assert tools.run(TOOL, env={"MINE": "yes"}).stdout == "|/etc/terraformrc||1|1|yes\n"


def test_run_kills_a_program_that_hangs_and_its_children(
    bin_folder: Path, tools: SystemToolchain, tmp_path: Path
) -> None:
    install(bin_folder, f"sleep 60 &\necho $! > {tmp_path}/child\nwait")
    with pytest.raises(
        ToolTimeout, match=r"frobnicate did not finish within 0\.3 s and was killed"
    ):
        tools.run(TOOL, timeout=0.3)
    assert has_ended(int(wait_for(tmp_path / "child")))


def test_run_leaves_no_child_of_a_program_that_ended(
    bin_folder: Path, tools: SystemToolchain, tmp_path: Path
) -> None:
    install(bin_folder, f"sleep 60 > /dev/null 2>&1 &\necho $! > {tmp_path}/child")
    tools.run(TOOL)
    assert has_ended(int(wait_for(tmp_path / "child")))


def test_a_program_that_a_signal_ended_has_crashed(
    bin_folder: Path, tools: SystemToolchain
) -> None:
    install(bin_folder, "echo last words >&2; kill -9 $$")
    with pytest.raises(ToolCrashed, match="frobnicate was ended by SIGKILL: last words"):
        tools.run(TOOL)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits another process")
def test_run_limits_memory(tools: SystemToolchain) -> None:
    python = Tool(name="python3", minimum=(3,), install_hint="")
    program = "import mmap, time; time.sleep(0.1); mmap.mmap(-1, 2 * 2**30)"
    assert tools.run(python, "-c", program).exit_code == 0
    done = tools.run(python, "-c", program, memory=2**30)
    assert (done.exit_code, "Cannot allocate memory" in done.stderr) == (1, True)


def test_interrupting_ends_what_runs(
    bin_folder: Path, tools: SystemToolchain, tmp_path: Path
) -> None:
    install(bin_folder, f"echo $$ > {tmp_path}/pid\nsleep 60")
    tools.find(TOOL)
    timer = threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        tools.run(TOOL)
    timer.join()
    assert has_ended(int(wait_for(tmp_path / "pid")))


def test_leaving_the_toolchain_ends_what_other_threads_run(
    bin_folder: Path, tmp_path: Path
) -> None:
    install(bin_folder, f"echo $$ > {tmp_path}/pid\nsleep 60")
    raised: list[Exception] = []

    def work(toolchain: SystemToolchain) -> None:
        try:
            toolchain.run(TOOL)
        except ToolCrashed as error:
            raised.append(error)

    with SystemToolchain() as toolchain:
        thread = threading.Thread(target=work, args=(toolchain,))
        thread.start()
        pid = int(wait_for(tmp_path / "pid"))
    thread.join(timeout=30)
    assert has_ended(pid)
    assert [str(error) for error in raised] == ["frobnicate was ended by SIGKILL"]


def test_a_process_that_starts_while_the_toolchain_is_left_is_ended_too(
    bin_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = install(bin_folder, "sleep 60")
    processes = process.Processes()

    class Left(subprocess.Popen[str]):
        def __init__(self, *arguments: Any, **named: Any) -> None:
            super().__init__(*arguments, **named)
            processes.end()

    monkeypatch.setattr("scaffolder.tools.process.subprocess.Popen", Left)
    with pytest.raises(ToolCrashed, match="frobnicate was ended by SIGKILL"):
        processes.run("frobnicate", (str(program),), timeout=30)


def test_a_user_without_a_home_gets_one_for_the_time_of_the_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def nobody(number: int) -> NoReturn:
        raise KeyError(number)

    monkeypatch.setenv("HOME", "/there")
    process.settle_home()
    assert os.environ["HOME"] == "/there"
    monkeypatch.delenv("HOME")
    monkeypatch.setattr(pwd, "getpwuid", nobody)
    process.settle_home()
    assert not list(Path.home().iterdir())


STARTS_AND_ENDS_ALL = """
import os, pathlib, sys, threading, time
from scaffolder.tools import process
noted = pathlib.Path(sys.argv[1])
argv = ("sh", "-c", f"echo $$ > {noted}; sleep 60")
threading.Thread(target=lambda: process.Processes().run("a sleeper", argv, timeout=60), daemon=True).start()
while not (noted.exists() and noted.read_text().strip()):
    time.sleep(0.02)
process.end_all()
os._exit(0)
"""


def test_end_all_kills_what_any_thread_runs(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-c", STARTS_AND_ENDS_ALL, str(tmp_path / "pid")], check=True, timeout=60
    )
    assert has_ended(int(wait_for(tmp_path / "pid")))
