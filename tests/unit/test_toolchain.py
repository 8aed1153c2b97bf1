"""The toolchain: which program it finds, and what becomes of a process that hangs, crashes or asks questions."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from scaffolder.errors import ToolCrashed, ToolMissing, ToolTimeout
from scaffolder.toolchain import TOOLS, SystemToolchain, Tool

pytestmark = pytest.mark.skipif(
    not all(shutil.which(name) for name in ("sh", "cat", "sleep")),
    reason="the stand-ins are shell scripts; no sh on PATH",
)

TOOL = Tool(name="frobnicate", minimum=(1, 2), install_hint="apt install frobnicate", alternatives=("frob",))


@pytest.fixture
def bin_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that comes first on PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    return folder


@pytest.fixture
def tools() -> Iterator[SystemToolchain]:
    with SystemToolchain() as toolchain:
        yield toolchain


def install(folder: Path, body: str, *, name: str = "frobnicate", version: str = "1.10.0") -> Path:
    """A shell script that tells its version when asked and does `body` otherwise."""
    script = folder / name
    answer = f"frobnicate v{version} (build 7)"
    script.write_text(
        f'#!/bin/sh\nif [ "$1" = --version ]; then echo "{answer}"; exit 0; fi\n{textwrap.dedent(body)}\n'
    )
    script.chmod(0o755)
    return script


def has_ended(pid: int) -> bool:
    """Whether the process is over, or will be in a moment; one that only waits for its parent is."""
    for _ in range(100):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False


def wait_for(file: Path) -> str:
    for _ in range(200):
        if file.exists() and (text := file.read_text().strip()):
            return text
        time.sleep(0.02)
    raise AssertionError(f"{file} was not written")


def test_find_takes_the_program_on_path(bin_folder: Path, tools: SystemToolchain) -> None:
    script = install(bin_folder, "")
    program = tools.find(TOOL)
    assert program is not None
    assert (program.path, program.version, program.origin) == (str(script), "1.10.0", "path")
    assert str(program) == "frobnicate 1.10.0"


def test_find_takes_a_program_that_does_the_same(bin_folder: Path, tools: SystemToolchain) -> None:
    install(bin_folder, "", name="frob")
    assert str(tools.find(TOOL)) == "frob 1.10.0"


def test_find_passes_over_what_is_too_old_and_survey_says_so(bin_folder: Path, tools: SystemToolchain) -> None:
    old = install(bin_folder, "", version="1.1.9")
    install(bin_folder, "", name="frob")
    survey = tools.survey(TOOL)
    assert str(survey.program) == "frob 1.10.0"
    assert [(one.path, one.reason) for one in survey.rejected] == [
        (str(old), "version 1.1.9 is too old, 1.2 is needed"),
    ]


def test_find_passes_over_a_program_without_a_version(bin_folder: Path, tools: SystemToolchain) -> None:
    script = bin_folder / "frobnicate"
    script.write_text("#!/bin/sh\necho no idea; exit 4\n")
    script.chmod(0o755)
    assert tools.find(TOOL) is None
    assert tools.survey(TOOL).rejected[0].reason == "does not tell its version (exit code 4)"


def test_find_passes_over_a_program_that_cannot_be_started(bin_folder: Path, tools: SystemToolchain) -> None:
    script = bin_folder / "frobnicate"
    script.write_text("#!/does/not/exist\n")
    script.chmod(0o755)
    assert "could not be started: No such file or directory" in tools.survey(TOOL).rejected[0].reason


def test_find_asks_for_the_version_once(bin_folder: Path, tools: SystemToolchain, tmp_path: Path) -> None:
    script = bin_folder / "frobnicate"
    script.write_text(f"#!/bin/sh\necho asked >> {tmp_path}/log\necho 1.10.0\n")
    script.chmod(0o755)
    tools.find(TOOL)
    tools.find(TOOL)
    tools.run(TOOL)
    assert (tmp_path / "log").read_text() == "asked\n" * 2


def test_find_falls_back_to_scripts_beside_this_interpreter(
    tools: SystemToolchain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    program = tools.find(Tool(name="pytest", minimum=(8,), install_hint=""))
    assert program is not None
    assert program.origin == "embedded"
    assert Path(program.path).parent == Path(sys.executable).parent


def test_find_falls_back_to_the_embedded_module(tools: SystemToolchain) -> None:
    program = tools.find(replace(TOOL, embedded="pytest", needs="pytest"))
    assert program is not None
    assert program.argv == (sys.executable, "-P", "-m", "pytest")
    assert program.origin == "embedded"


def test_find_has_nothing_where_the_embedded_module_lacks_its_library(tools: SystemToolchain) -> None:
    assert tools.find(replace(TOOL, embedded="pytest", needs="no_such_library")) is None


def test_run_tells_what_the_program_said(bin_folder: Path, tools: SystemToolchain, tmp_path: Path) -> None:
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
        bin_folder, 'echo "$TF_CLI_ARGS_validate|$TF_CLI_CONFIG_FILE|$FORCE_COLOR|$NO_COLOR|$CHECKPOINT_DISABLE|$MINE"'
    )
    assert tools.run(TOOL, env={"MINE": "yes"}).stdout == "|/etc/terraformrc||1|1|yes\n"


def test_run_of_a_missing_tool_says_how_to_get_it(tools: SystemToolchain) -> None:
    with pytest.raises(ToolMissing, match="frobnicate is not installed") as raised:
        tools.run(TOOL)
    assert raised.value.hint == "apt install frobnicate"


def test_run_of_a_tool_that_is_too_old_says_which(bin_folder: Path, tools: SystemToolchain) -> None:
    install(bin_folder, "", version="0.9")
    with pytest.raises(ToolMissing, match=r"cannot be used: .*frobnicate: version 0\.9 is too old, 1\.2 is needed"):
        tools.run(TOOL)


def test_run_kills_a_program_that_hangs_and_its_children(
    bin_folder: Path, tools: SystemToolchain, tmp_path: Path
) -> None:
    install(bin_folder, f"sleep 60 &\necho $! > {tmp_path}/child\nwait")
    with pytest.raises(ToolTimeout, match=r"frobnicate did not finish within 0\.3 s and was killed"):
        tools.run(TOOL, timeout=0.3)
    assert has_ended(int(wait_for(tmp_path / "child")))


def test_run_leaves_no_child_of_a_program_that_ended(bin_folder: Path, tools: SystemToolchain, tmp_path: Path) -> None:
    install(bin_folder, f"sleep 60 > /dev/null 2>&1 &\necho $! > {tmp_path}/child")
    tools.run(TOOL)
    assert has_ended(int(wait_for(tmp_path / "child")))


def test_a_program_that_a_signal_ended_has_crashed(bin_folder: Path, tools: SystemToolchain) -> None:
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


def test_interrupting_ends_what_runs(bin_folder: Path, tools: SystemToolchain, tmp_path: Path) -> None:
    install(bin_folder, f"echo $$ > {tmp_path}/pid\nsleep 60")
    tools.find(TOOL)
    timer = threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        tools.run(TOOL)
    timer.join()
    assert has_ended(int(wait_for(tmp_path / "pid")))


def test_leaving_the_toolchain_ends_what_other_threads_run(bin_folder: Path, tmp_path: Path) -> None:
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
    thread.join(timeout=5)
    assert has_ended(pid)
    assert [str(error) for error in raised] == ["frobnicate was ended by SIGKILL"]


def test_every_tool_says_how_to_get_it() -> None:
    assert len({tool.name for tool in TOOLS}) == len(TOOLS)
    assert all(tool.install_hint for tool in TOOLS)
