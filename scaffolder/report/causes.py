"""The head of a report: each cause once, most severe first; and the unchecked parts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from scaffolder.model import Check, Finding, Outcome, Report, Result, Severity

_FIRST = ("AG", "SEC", "EOL", "SY", "K8", "HL", "TF", "DK", "CI", "MO", "EN", "WV")
"""The order of families within one severity: the findings of no other tool come first."""


_COUNTED = 5
"""Checks that are named where findings are only counted."""


@dataclass(frozen=True, kw_only=True)
class Cause:
    """Findings of one check, by one rule and of one severity, by place; at least one."""

    check: Check
    severity: Severity
    rule: str
    findings: tuple[Finding, ...]

    @property
    def first(self) -> Finding:
        """Return the finding that is shown if only one is."""
        return self.findings[0]

    @property
    def is_one_message(self) -> bool:
        """Return whether all places have the same message."""
        return len({finding.message for finding in self.findings}) == 1


@dataclass(frozen=True, kw_only=True)
class Unchecked:
    """Why some checks are inconclusive, or have a result that does not cover everything.

    `kind` is "inconclusive", "not checked" or "not looked at".
    """

    kind: str
    reason: str
    ids: tuple[str, ...]


def causes(report: Report) -> tuple[Cause, ...]:
    """Return every finding of the report, by cause, the most severe first."""
    return _causes((result.check, result.findings) for result in report.results)


def advised(report: Report) -> tuple[Cause, ...]:
    """Return the advice of the report, by cause, the most severe first."""
    return _causes((result.check, result.advice) for result in report.results)


def _causes(found_by: Iterable[tuple[Check, Iterable[Finding]]]) -> tuple[Cause, ...]:
    found: dict[tuple[str, str, str], list[Finding]] = {}
    checks: dict[str, Check] = {}
    for check, findings in found_by:
        checks[check.id] = check
        for finding in findings:
            key = (finding.severity, check.id, finding.rule)
            found.setdefault(key, []).append(finding)
    causes_found = (
        Cause(
            check=checks[name],
            severity=Severity(severity),
            rule=rule,
            findings=tuple(listed),
        )
        for (severity, name, rule), listed in found.items()
    )
    return tuple(sorted(causes_found, key=_weight))


def unchecked(results: Iterable[Result]) -> tuple[Unchecked, ...]:
    """Return one entry for each reason for which something was not checked."""
    found: dict[tuple[str, str], list[str]] = {}
    for result in results:
        for kind, reason in _reasons(result):
            found.setdefault((kind, reason), []).append(result.check.id)
    order = ("inconclusive", "not checked", "not looked at")
    listed = [
        Unchecked(kind=kind, reason=reason, ids=tuple(ids)) for (kind, reason), ids in found.items()
    ]
    return tuple(sorted(listed, key=lambda entry: order.index(entry.kind)))


def counted_by_check(shown: Iterable[Cause]) -> str:
    """Return how many findings the checks have that have most: "SEC002 12, DK001 9"."""
    numbers: dict[str, int] = {}
    for cause in shown:
        numbers[cause.check.id] = numbers.get(cause.check.id, 0) + len(cause.findings)
    most_first = sorted(numbers.items(), key=lambda item: -item[1])
    words = ", ".join(f"{check} {number}" for check, number in most_first[:_COUNTED])
    return f"{words} …" if len(most_first) > _COUNTED else words


def _weight(cause: Cause) -> tuple[int, int, str, int]:
    family = cause.check.family
    place = _FIRST.index(family) if family in _FIRST else len(_FIRST)
    return cause.severity.rank, place, cause.check.id, -len(cause.findings)


def _reasons(result: Result) -> Iterable[tuple[str, str]]:
    match result.outcome:
        case Outcome.BROKEN:
            yield "inconclusive", result.reason
        case Outcome.SKIPPED:
            yield "not checked", result.reason
        case Outcome.PASSED | Outcome.FAILED:
            if result.limit:
                yield "not looked at", result.limit
