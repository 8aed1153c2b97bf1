"""The words of the model that every report uses."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path

import pytest

from scaffolder.errors import ExitCode
from scaffolder.model import (
    Check,
    Finding,
    Location,
    Outcome,
    Report,
    Result,
    Snippet,
    Verdict,
    Waived,
    counted,
)


@pytest.mark.parametrize(
    ("number", "noun", "expected"),
    [
        (1, "object", "1 object"), (2, "object", "2 objects"), (0, "file", "0 files"), (1, "policy", "1 policy"),
        (2, "policy", "2 policies"), (3, "query", "3 queries"), (2, "key", "2 keys"), (2, "series in rules", "2 series in rules"),
        (2, "file of rules", "2 files of rules"), (2, "switch", "2 switches"), (2, "Terraform file", "2 Terraform files"),
    ],
)  # fmt: skip
def test_a_number_is_said_with_its_noun(number: int, noun: str, expected: str) -> None:
    assert counted(number, noun) == expected


CHECK = Check(id="AG001", title="Ports agree", run=lambda project, toolchain: Verdict())
FOUND = Finding(path=Path("a.yaml"), line=1, message="is wrong")
ACCEPTED = Waived(finding=replace(FOUND, line=2), waiver="W1", reason="soon", expires=None)


def _report(*outcomes: Outcome, **settings: object) -> Report:
    results = tuple(Result(check=CHECK, outcome=outcome) for outcome in outcomes)
    report = Report(project="shop", template="", results=results)
    return replace(report, **settings)  # type: ignore[arg-type]


def test_the_findings_of_a_report_are_those_that_are_not_waived_in_order() -> None:
    second = replace(FOUND, line=3)
    failed = Result(check=CHECK, outcome=Outcome.FAILED, findings=(FOUND,), waived=(ACCEPTED,))
    report = replace(_report(), results=(failed, replace(failed, findings=(second, FOUND))))
    assert list(report.findings()) == [FOUND, second, FOUND]


@pytest.mark.parametrize(
    ("outcomes", "settings", "code"),
    [
        ([Outcome.PASSED], {}, ExitCode.CLEAN),
        ([Outcome.PASSED, Outcome.SKIPPED], {}, ExitCode.CLEAN),
        ([Outcome.PASSED, Outcome.FAILED, Outcome.BROKEN], {}, ExitCode.FOUND),
        ([Outcome.PASSED, Outcome.BROKEN], {}, ExitCode.NO_VERDICT),
        ([Outcome.SKIPPED], {}, ExitCode.NO_VERDICT),
        ([], {}, ExitCode.NO_VERDICT),
        ([Outcome.FAILED], {"interrupted": True}, ExitCode.INTERRUPTED),
    ],
)
def test_the_exit_code_is_the_worst_that_happened(
    outcomes: list[Outcome], settings: dict[str, object], code: ExitCode
) -> None:
    assert _report(*outcomes, **settings).exit_code is code


def test_a_missing_tool_counts_if_tools_are_required() -> None:
    missing = Result(check=CHECK, outcome=Outcome.SKIPPED, tool_missing=True)
    report = replace(_report(Outcome.PASSED), require_tools=True)
    report = replace(report, results=(*report.results, missing))
    assert report.exit_code is ExitCode.NO_VERDICT
    assert replace(report, require_tools=False).exit_code is ExitCode.CLEAN


def test_a_report_knows_the_lines_around_a_place() -> None:
    snippet = Snippet(first=1, lines=("a", "b"))
    report = _report(excerpts={Location(path=Path("a"), line=2): snippet})
    assert report.excerpt(Path("a"), 2) is snippet
    assert report.excerpt(Path("a"), 3) is None


@pytest.mark.parametrize(("name", "family"), [("AG001", "AG"), ("K8001", "K8"), ("SEC012", "SEC")])
def test_the_family_of_a_check_is_the_letters_of_its_id(name: str, family: str) -> None:
    assert replace(CHECK, id=name).family == family


def test_a_waiver_names_its_end() -> None:
    assert ACCEPTED.source == "W1"
    end = datetime.date(2027, 1, 31)
    assert replace(ACCEPTED, expires=end).source == "W1, until 2027-01-31"


def test_fewer_findings_change_the_outcome() -> None:
    failed = Result(check=CHECK, outcome=Outcome.FAILED, findings=(FOUND,))
    assert failed.with_findings([FOUND], strict=False) is failed
    assert failed.with_findings([], strict=False).outcome is Outcome.PASSED
