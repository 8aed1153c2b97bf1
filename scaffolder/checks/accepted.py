"""Which findings the ledger and comments accept, and which of these accept nothing any more."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from scaffolder.checks import day
from scaffolder.errors import WaiversError
from scaffolder.model import Finding, Outcome, Result, Severity, Waived
from scaffolder.repository import inline_waivers, waivers
from scaffolder.repository.inline_waivers import InlineWaiver
from scaffolder.repository.project import Project
from scaffolder.repository.waivers import LEDGER, OWN, Waiver

_UNUSED = "WV002"
"""The check that reports unused entries of the ledger."""


def applied(
    project: Project,
    results: Sequence[Result],
    *,
    strict: bool,
    today: datetime.date | None = None,
) -> tuple[Result, ...]:
    """Return the results, those findings apart that an entry of the ledger or a comment accepts.

    An expired waiver accepts nothing. WV reports the faults of the ledger and the comments, and no
    waiver accepts those.
    """
    judged_on = today or day.of_the_run()
    try:
        ledger = [waiver for waiver in waivers.ledger(project) if waiver.checks]
    except WaiversError:
        ledger = []  # WV001 reports it
    valid = [waiver for waiver in ledger if waiver.expires >= judged_on]
    inline = [
        waiver
        for waiver in inline_waivers.inline_waivers(project)
        if not waiver.problem and (waiver.expires is None or waiver.expires >= judged_on)
    ]
    if not valid and not inline:
        return tuple(results)
    decided = tuple(_decided(project, result, valid, inline, strict=strict) for result in results)
    unused = [*_unused(decided, valid), *_unused_inline(decided, inline)]
    return tuple(
        result.with_findings((*result.findings, *unused), strict=strict)
        if result.check.id == _UNUSED and unused
        else result
        for result in decided
    )


def _decided(
    project: Project,
    result: Result,
    ledger: Iterable[Waiver],
    inline: Iterable[InlineWaiver],
    *,
    strict: bool,
) -> Result:
    if result.check.family == "WV":
        return result
    waived = []
    left = []
    for finding in result.findings:
        beside = (one for one in inline if one.accepts(result.check.id, finding))
        waiver = next(beside, None) or _waiver_of(project, result.check.id, finding, ledger)
        if waiver is None:
            left.append(finding)
        else:
            waived.append(
                Waived(
                    finding=finding,
                    waiver=waiver.id,
                    reason=waiver.reason,
                    expires=waiver.expires,
                    in_source=isinstance(waiver, InlineWaiver),
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
    """Yield a finding for each entry whose check ran and found nothing that it accepts."""
    ran, used = _ran_and_used(results)
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


def _unused_inline(results: Sequence[Result], inline: Iterable[InlineWaiver]) -> Iterator[Finding]:
    """Yield a finding for each comment whose check ran and found nothing that it accepts."""
    ran, used = _ran_and_used(results)
    for waiver in inline:
        for check in waiver.checks:
            if check in ran and (waiver.id, check) not in used:
                yield Finding(
                    path=waiver.path,
                    line=waiver.line,
                    message=f"waives {check}, which finds nothing there",
                    fix="take the check out of the comment, or the comment out",
                    severity=Severity.WARNING,
                )


def _ran_and_used(results: Sequence[Result]) -> tuple[set[str], set[tuple[str, str]]]:
    """Return the checks with a verdict, and which waivers accepted findings of which check."""
    ran = {one.check.id for one in results if one.outcome in {Outcome.PASSED, Outcome.FAILED}}
    used: set[tuple[str, str]] = set()
    for result in results:
        used |= {(one.waiver, result.check.id) for one in result.waived}
    return ran, used
