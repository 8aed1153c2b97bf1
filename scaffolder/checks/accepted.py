"""Which findings the ledger accepts, and which of its entries accept nothing any more."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from scaffolder.checks import day
from scaffolder.errors import WaiversError
from scaffolder.model import Finding, Outcome, Result, Severity, Waived
from scaffolder.repository import waivers
from scaffolder.repository.project import Project
from scaffolder.repository.waivers import LEDGER, OWN, Waiver

_UNUSED = "WV002"
"""The check that says which entries of the ledger nothing needs."""


def applied(
    project: Project,
    results: Sequence[Result],
    *,
    strict: bool,
    today: datetime.date | None = None,
) -> tuple[Result, ...]:
    """Return the results, those findings apart that an entry of the ledger accepts.

    An entry that has expired accepts nothing. WV says what is wrong with the ledger, and no entry
    accepts that.
    """
    judged_on = today or day.of_the_run()
    try:
        ledger = [waiver for waiver in waivers.ledger(project) if waiver.checks]
    except WaiversError:
        return tuple(results)  # WV001 says so
    valid = [waiver for waiver in ledger if waiver.expires >= judged_on]
    if not valid:
        return tuple(results)
    decided = tuple(_decided(project, result, valid, strict=strict) for result in results)
    unused = [*_unused(decided, valid)]
    return tuple(
        result.with_findings((*result.findings, *unused), strict=strict)
        if result.check.id == _UNUSED and unused
        else result
        for result in decided
    )


def _decided(project: Project, result: Result, ledger: Iterable[Waiver], *, strict: bool) -> Result:
    if result.check.family == "WV":
        return result
    waived = []
    left = []
    for finding in result.findings:
        waiver = _waiver_of(project, result.check.id, finding, ledger)
        if waiver is None:
            left.append(finding)
        else:
            waived.append(
                Waived(
                    finding=finding,
                    waiver=waiver.id,
                    reason=waiver.reason,
                    expires=waiver.expires,
                )
            )
    return replace(result.with_findings(left, strict=strict), waived=tuple(waived))


def _waiver_of(
    project: Project, check: str, finding: Finding, ledger: Iterable[Waiver]
) -> Waiver | None:
    lines = project.lines(finding.path) if finding.line and project.has(finding.path) else []
    line = lines[finding.line - 1] if finding.line <= len(lines) and lines else ""
    return next((waiver for waiver in ledger if waiver.accepts(check, finding, line)), None)


def _unused(results: Sequence[Result], ledger: Iterable[Waiver]) -> Iterator[Finding]:
    """Yield what is to be said of entries whose check ran, and found nothing that they accept."""
    ran = {one.check.id for one in results if one.outcome in {Outcome.PASSED, Outcome.FAILED}}
    used = {(one.waiver, result.check.id) for result in results for one in result.waived}
    for waiver in ledger:
        for check in waiver.checks:
            if check in ran and (waiver.id, check) not in used:
                yield Finding(
                    path=LEDGER,
                    line=waiver.line,
                    message=f"{waiver.id} waives {OWN}{check}, which finds nothing there",
                    fix="take the rule out of the ledger",
                    severity=Severity.WARNING,
                )
