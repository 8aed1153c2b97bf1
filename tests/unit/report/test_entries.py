"""Entries of a report, each as long as the screen has room for."""

from __future__ import annotations

from pathlib import Path

from reported import REPORT, check

from scaffolder.model import Finding, Outcome, Report, Result, Severity
from scaffolder.report.entries import lines


def plain(text: str, _: str) -> str:
    return text


def many(number: int, severity: Severity) -> Report:
    results = tuple(
        Result(
            check=check(f"DK{at:03}", "x"),
            outcome=Outcome.FAILED,
            findings=(
                Finding(path=Path(f"f{at}"), line=at, message=f"message {at}", severity=severity),
            ),
        )
        for at in range(1, number + 1)
    )
    return Report(project="a", template="v1", results=results, seconds=0.1)


def shown(report: Report, room: int, width: int = 80) -> list[str]:
    return list(lines(report, plain, room=room, width=width))


def test_everything_is_shown_without_a_bound() -> None:
    text = "\n".join(shown(REPORT, 0))
    assert "AG001" in text
    assert "Dockerfile:14" in text
    assert "pom.xml:21" in text
    assert "write 8 here" in text


def test_errors_are_shown_beyond_the_room() -> None:
    text = "\n".join(shown(many(40, Severity.ERROR), 15))
    assert all(f"DK{at:03}" in text for at in range(1, 41))


def test_warnings_without_room_are_counted() -> None:
    found = shown(many(40, Severity.WARNING), 15)
    assert len(found) <= 16
    assert found[-1].strip().startswith("and ")
    assert found[-1].endswith("-v")


def test_no_line_is_wider_than_the_screen() -> None:
    assert max(map(len, shown(many(5, Severity.ERROR), 15, width=60))) <= 60


def test_a_report_without_findings_has_no_entries() -> None:
    assert shown(many(0, Severity.ERROR), 15) == []
