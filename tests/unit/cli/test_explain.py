"""`scaffold explain`: pages of checks, as text and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scaffolder import cli
from scaffolder.errors import ExitCode


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_explain_prints_the_page_of_a_check(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["explain", "wv002"]) == ExitCode.CLEAN
    out = capsys.readouterr().out
    assert out.startswith("WV002  No waiver is expired or unused\n\nWhat\nEach entry of")
    assert out.endswith(
        "Example\nBefore:\n\n    expires: 2025-01-31\n\nAfter:\n\n    expires: 2027-06-30\n"
    )


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["severty"], "scaffold explain severity"),
        (["eror", "budget"], "scaffold explain error budget"),
        (["stonehenge"], "scaffold list words"),
    ],
)
def test_explain_of_a_word_that_is_none_names_where_words_are(
    words: list[str], hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["explain", *words]) == ExitCode.USAGE
    message = f"no check and no word of the course is called {' '.join(words)!r}"
    assert capsys.readouterr().err == f"scaffold: {message}\n  try: {hint}\n"


def test_explain_says_which_program_a_check_needs(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["explain", "MO003"]) == ExitCode.CLEAN
    assert capsys.readouterr().out.endswith(
        "Needs\npromtool: apt install prometheus, or https://prometheus.io/download\n"
    )


def test_explain_gives_a_family_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["explain", "tf", "--format", "json"]) == ExitCode.CLEAN
    pages = json.loads(capsys.readouterr().out)
    assert [page["id"] for page in pages] == ["TF001", "TF002", "TF003", "TF004"]
    assert all(page["what"] and page["why"] and page["fix"] and page["example"] for page in pages)
    assert [page["tool"] for page in pages] == ["terraform", "terraform", "", ""]
