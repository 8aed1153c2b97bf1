"""A command in a folder that is gone: one sentence, and what to type."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffolder import cli
from scaffolder.errors import ExitCode

WORDS = [
    ["lab"],
    ["lab", "stop"],
    ["check"],
    ["status"],
    ["explain", "digest"],
    ["set", "cloud=none"],
    ["postmortem", "new", "x", "--records", "r.jsonl"],
    ["doctor"],
]


@pytest.mark.parametrize("words", WORDS, ids=" ".join)
@pytest.mark.parametrize("again", [True, False], ids=["made again", "gone"])
def test_a_deleted_folder_is_named(
    words: list[str],
    again: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    here = tmp_path / "a folder"
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setenv("PWD", str(here))
    here.rmdir()
    if again:
        here.mkdir()
    assert cli.run(words) == ExitCode.USAGE
    told = capsys.readouterr().err
    if again:
        assert "the current folder was deleted, and made again\n" in told
        assert f"  try: cd '{here}'\n" in told
    else:
        assert "the current folder was deleted\n  try: cd to a folder that exists\n" in told


def test_help_needs_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x").mkdir()
    monkeypatch.chdir(tmp_path / "x")
    (tmp_path / "x").rmdir()
    assert cli.run(["--help"]) == ExitCode.CLEAN
    assert "Commands" in capsys.readouterr().out
