"""`scaffold adopt`: words of its help, and contradicting answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffolder import cli
from scaffolder.errors import ExitCode


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_adopt_takes_the_word_of_its_help_for_the_checks_alone(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    arguments = ["adopt", str(tmp_path), "--only", "checks", "--dry-run"]
    cli.run(arguments)
    assert "is not in a Git repository" in capsys.readouterr().err
    cli.run(["adopt", str(tmp_path), "--only", "CHECKS"])
    assert "Invalid value for '--only'" in capsys.readouterr().err


def test_adopt_refuses_two_values_for_one_answer(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["adopt", "--service-name", "x", "-d", "service_name=other"]) == ExitCode.USAGE
    assert capsys.readouterr().err.startswith(
        "scaffold: service_name is given twice: x and other\n"
    )
