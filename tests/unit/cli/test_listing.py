"""`scaffold list`: the same rows as text and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scaffolder import cli
from scaffolder.errors import ExitCode


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("what", ["questions", "checks", "presets", "versions", "words"])
def test_list_as_text_and_json_have_the_same_rows(
    what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["list", what, "--format", "json"]) == ExitCode.CLEAN
    rows = json.loads(capsys.readouterr().out)
    assert cli.run(["list", what]) == ExitCode.CLEAN
    assert len(capsys.readouterr().out.splitlines()) == len(rows) + 1
