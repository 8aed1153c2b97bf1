"""Causes of a report: findings of one check, rule and severity; and what was not checked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from reported import REPORT, check

from scaffolder.model import Finding, Outcome, Report, Result, Severity
from scaffolder.report.causes import advised, causes, counted_by_check, unchecked


def finding(message: str, severity: Severity = Severity.ERROR, rule: str = "") -> Finding:
    return Finding(path=Path("a"), line=1, message=message, rule=rule, severity=severity)


def report(**found: list[Finding]) -> Report:
    results = tuple(
        Result(check=check(name, name), outcome=Outcome.FAILED, findings=tuple(findings))
        for name, findings in found.items()
    )
    return Report(project="a", template="v1", results=results, seconds=0.1)


def test_findings_of_one_check_rule_and_severity_are_one_cause() -> None:
    one = report(DK001=[finding("a", rule="X"), finding("b", rule="X"), finding("c", rule="Y")])
    first, second = causes(one)
    assert [len(first.findings), len(second.findings)] == [2, 1]
    assert first.first.message == "a"
    assert not first.is_one_message
    assert second.is_one_message


def test_the_most_severe_is_first_then_the_family_that_no_tool_covers() -> None:
    found = causes(
        report(
            DK001=[finding("a")],
            AG001=[finding("b", Severity.WARNING)],
            SEC001=[finding("c")],
            AG002=[finding("d")],
        )
    )
    assert [cause.check.id for cause in found] == ["AG002", "SEC001", "DK001", "AG001"]


def test_advice_is_apart_from_findings() -> None:
    result = Result(check=check("DK001", "x"), outcome=Outcome.PASSED, advice=(finding("a"),))
    one = Report(project="a", template="v1", results=(result,), seconds=0.1)
    assert causes(one) == ()
    assert [cause.first.message for cause in advised(one)] == ["a"]


def test_each_reason_is_there_once_and_no_verdict_is_first() -> None:
    skipped = [one for one in REPORT.results if one.outcome is Outcome.SKIPPED]
    again = [replace(one, check=check("MO003", "x")) for one in skipped]
    found = unchecked([*REPORT.results, *again])
    assert [one.kind for one in found] == ["inconclusive", "not checked", "not looked at"]
    assert found[1].ids == ("MO004", "MO003")
    assert unchecked([]) == ()


def test_checks_with_the_most_findings_are_counted_first() -> None:
    named = {f"DK00{number}": [finding("a")] * number for number in range(1, 7)}
    assert (
        counted_by_check(causes(report(**named))) == "DK006 6, DK005 5, DK004 4, DK003 3, DK002 2 …"
    )
    assert counted_by_check(causes(report(DK001=[finding("a")]))) == "DK001 1"
