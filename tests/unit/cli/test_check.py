"""`scaffold check`: selection, formats and files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scaffolder import cli
from scaffolder.errors import ExitCode


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_check_runs_what_is_selected_and_json_is_one_document(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "a.yml").write_text("a: [\n", encoding="utf-8")
    assert cli.run(["check", "--select", "SY002", "--format", "json"]) == ExitCode.FOUND
    document = json.loads(capsys.readouterr().out)
    assert [result["id"] for result in document["results"]] == ["SY002"]
    assert document["results"][0]["findings"][0]["path"] == "a.yml"


@pytest.mark.parametrize(
    ("form", "start"),
    [
        ("sarif", '{\n  "$schema"'),
        ("junit", "<?xml"),
        ("github", "::error file=a.yml,line="),
        ("html", "<!doctype html>"),
    ],
)
def test_check_writes_each_format_to_a_file_and_the_text_to_the_terminal(
    form: str, start: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "a.yml").write_text("a: [\n", encoding="utf-8")
    assert cli.run(["check", "--select", "SY002", "--format", form]) == ExitCode.FOUND
    assert capsys.readouterr().out.startswith(start)
    assert (
        cli.run(["check", "--select", "SY002", "--format", form, "--output", "out"])
        == ExitCode.FOUND
    )
    assert capsys.readouterr().out.startswith("a.yml:2: error[SY002]")
    assert (tmp_path / "out").read_text(encoding="utf-8").startswith(start)


def test_check_in_a_job_of_github_actions_fills_its_summary(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("from an earlier step\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    assert cli.run(["check", "--select", "SY010", "--format", "github"]) == ExitCode.CLEAN
    assert summary.read_text(encoding="utf-8").startswith(
        "from an earlier step\n## scaffold check: "
    )


def test_check_of_nothing_it_knows_is_no_verdict(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text("a\n", encoding="utf-8")
    assert cli.run(["check", "--ignore", "SEC001", "--ignore", "SY010"]) == ExitCode.NO_VERDICT
    assert "0 passed" in capsys.readouterr().out
