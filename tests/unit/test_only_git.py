"""The promise of the mark `only_git`, on which the gate runs such a test once and not on two machines."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from scaffolder.tools.git import GIT
from scaffolder.tools.programs import TERRAFORM
from scaffolder.tools.toolchain import SystemToolchain


def test_a_unit_with_the_mark_finds_git_and_nothing_else(toolchain: SystemToolchain) -> None:
    (program,) = Path(os.environ["PATH"]).iterdir()
    assert program.name == "git"
    assert toolchain.find(GIT)
    with pytest.raises(AssertionError, match="marked only_git, and asks for terraform"):
        toolchain.find(TERRAFORM)


@pytest.mark.programs
def test_one_in_units_with_the_mark_programs_finds_what_the_machine_has(only_git: Path) -> None:
    assert os.environ["PATH"] != str(only_git)
    assert shutil.which("git") != str(only_git / "git")
