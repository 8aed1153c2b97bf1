"""Whether Git finds the program that serves the releases."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from scaffolder.git_remote import PROGRAM, reach


def test_a_program_on_the_path_is_reached(bin_folder: Path) -> None:
    program = bin_folder / PROGRAM
    program.write_text("#!/bin/sh\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    found = reach()
    assert (found.path, found.hint) == (str(program), "")


def test_a_program_elsewhere_is_not_reached_and_has_a_hint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    found = reach()
    assert found.path == ""
    assert found.hint


def test_a_file_that_cannot_be_run_is_no_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / PROGRAM).write_text("#!/bin/sh\n")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert reach().path == ""
