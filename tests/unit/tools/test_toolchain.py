"""The toolchain: the program that it finds, and its message without one."""

from __future__ import annotations

import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from stand_in import TOOL, install

from scaffolder.errors import ToolMissing
from scaffolder.tools.programs import Tool
from scaffolder.tools.toolchain import SystemToolchain

pytestmark = [
    pytest.mark.programs,
    pytest.mark.skipif(
        not all(shutil.which(name) for name in ("sh", "cat", "sleep")),
        reason="the stand-ins are shell scripts; no sh on PATH",
    ),
]


def test_find_takes_the_program_on_path(bin_folder: Path, tools: SystemToolchain) -> None:
    script = install(bin_folder, "")
    program = tools.find(TOOL)
    assert program is not None
    assert (program.path, program.version, program.origin) == (str(script), "1.10.0", "path")
    assert str(program) == "frobnicate 1.10.0"


def test_find_takes_a_program_that_does_the_same(bin_folder: Path, tools: SystemToolchain) -> None:
    install(bin_folder, "", name="frob")
    assert str(tools.find(TOOL)) == "frob 1.10.0"


def test_find_passes_over_what_is_too_old_and_survey_says_so(
    bin_folder: Path, tools: SystemToolchain
) -> None:
    old = install(bin_folder, "", version="1.1.9")
    install(bin_folder, "", name="frob")
    survey = tools.survey(TOOL)
    assert str(survey.program) == "frob 1.10.0"
    assert [(one.path, one.reason) for one in survey.rejected] == [
        (str(old), "version 1.1.9 is too old, 1.2 is needed"),
    ]


def test_find_passes_over_a_program_without_a_version(
    bin_folder: Path, tools: SystemToolchain
) -> None:
    script = bin_folder / "frobnicate"
    script.write_text("#!/bin/sh\necho no idea; exit 4\n")
    script.chmod(0o755)
    assert tools.find(TOOL) is None
    assert tools.survey(TOOL).rejected[0].reason == "does not tell its version (exit code 4)"


def test_find_passes_over_a_program_that_cannot_be_started(
    bin_folder: Path, tools: SystemToolchain
) -> None:
    script = bin_folder / "frobnicate"
    script.write_text("#!/does/not/exist\n")
    script.chmod(0o755)
    assert (
        "could not be started: No such file or directory" in tools.survey(TOOL).rejected[0].reason
    )


def test_find_asks_for_the_version_once(
    bin_folder: Path, tools: SystemToolchain, tmp_path: Path
) -> None:
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


def test_find_has_nothing_where_the_embedded_module_lacks_its_library(
    tools: SystemToolchain,
) -> None:
    assert tools.find(replace(TOOL, embedded="pytest", needs="no_such_library")) is None


def test_run_of_a_missing_tool_says_how_to_get_it(tools: SystemToolchain) -> None:
    with pytest.raises(ToolMissing, match="frobnicate is not installed") as raised:
        tools.run(TOOL)
    assert raised.value.hint == "apt install frobnicate"


def test_run_of_a_tool_that_is_too_old_says_which(bin_folder: Path, tools: SystemToolchain) -> None:
    install(bin_folder, "", version="0.9")
    with pytest.raises(
        ToolMissing, match=r"cannot be used: .*frobnicate: version 0\.9 is too old, 1\.2 is needed"
    ):
        tools.run(TOOL)
