"""`scaffold postmortem new`: its arguments, and its result if nothing is to write."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffolder import cli
from scaffolder.errors import ExitCode


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["postmortem", "new", "Orders failed"], "--records"),
        (["postmortem", "new", "--records", "a.jsonl"], "TITLE"),
        (["postmortem", "write"], "write"),
    ],
)
def test_bad_usage_names_what_is_missing(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(arguments) == ExitCode.USAGE
    assert words in capsys.readouterr().err


def test_a_folder_without_a_template_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.jsonl").write_text("")
    assert cli.run(["postmortem", "new", "Orders failed", "--records", "a.jsonl"]) != ExitCode.CLEAN
    assert capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["a.jsonl"]


def test_its_help_names_the_kinds_of_records(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["postmortem", "new", "--help"]) == ExitCode.CLEAN
    assert "rollback" in capsys.readouterr().out
