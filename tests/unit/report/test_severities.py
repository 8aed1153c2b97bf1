"""Every format keeps the three severities apart, and shows the most severe finding first."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
from reported import check
from support import ROOT

from scaffolder.model import Finding, Outcome, Report, Result, Severity
from scaffolder.report import github, html, junit, sarif
from scaffolder.report import json as json_report


def finding(severity: Severity) -> Finding:
    return Finding(path=Path("a"), line=1, message=f"of {severity}", severity=severity)


STYLE = Result(
    check=check("AA001", "Style"), outcome=Outcome.PASSED, findings=(finding(Severity.NOTE),)
)
MIXED = Result(
    check=check("ZZ001", "Mixed"),
    outcome=Outcome.FAILED,
    findings=(finding(Severity.WARNING), finding(Severity.ERROR)),
)
REPORT = Report(project="p", template="", results=(STYLE, MIXED))


def test_github_has_a_word_of_its_own_for_a_note_and_shows_ten_of_each() -> None:
    commands = [line for line in github.write(REPORT).splitlines() if line.startswith("::")]
    assert [line.split()[0] for line in commands] == ["::error", "::warning", "::notice"]
    rows = [line for line in github.summary(REPORT).splitlines() if line.startswith("| a:1")]
    assert ["error" in rows[0], "warning" in rows[1], "note" in rows[2]] == [True, True, True]


def test_sarif_has_a_level_for_each() -> None:
    (run,) = sarif.document(REPORT)["runs"]
    assert [result["level"] for result in run["results"]] == ["note", "warning", "error"]


def test_json_counts_each() -> None:
    document = json_report.document(REPORT)
    assert document["severities"] == {"error": 1, "warning": 1, "note": 1}
    schema = json.loads((ROOT / "docs" / "report.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(document)


def test_a_junit_failure_is_headed_by_its_error() -> None:
    written = junit.write(REPORT)
    assert written.count("<failure ") == 1
    assert 'message="a:1: error: of error (and 1 more)"' in written


def test_a_page_starts_with_the_check_that_found_an_error() -> None:
    page = html.write(REPORT)
    assert page.index('id="found-ZZ001"') < page.index('id="found-AA001"')
    assert html.verdict(Report(project="p", template="", results=(STYLE,))) == (
        "No check failed; there is 1 note."
    )
