"""WV: what scanners are told to say nothing of is written down, with a reason, an owner and an end."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from functools import partial

from scaffolder.errors import WaiversError
from scaffolder.model import Blocked, Check, Finding, NotApplicable, Severity, Verdict, counted
from scaffolder.repository import files, waivers
from scaffolder.repository.project import Project
from scaffolder.repository.waivers import LEDGER, LONGEST, OWN, SOON, Mark, Waiver
from scaffolder.tools.toolchain import Toolchain


def every_suppression_is_in_the_ledger(project: Project, _: Toolchain) -> Verdict:
    """Each comment, annotation or file that silences a scanner belongs to an entry of .scaffold/waivers.yml.

    The ledger is a rule of our template: a repository without it that others made has none to keep.
    """
    keeps_none = not project.is_generated and not project.has(LEDGER)
    try:
        marks, ledger = waivers.marks(project), waivers.ledger(project)
    except WaiversError as error:
        if keeps_none:
            raise NotApplicable("the repository keeps no ledger of waivers") from error
        return Verdict(findings=(_malformed(error),))
    if not marks and not ledger:
        raise NotApplicable("no scanner is told to ignore anything")
    if keeps_none:
        raise NotApplicable("the repository keeps no ledger of waivers")
    findings = tuple(
        Finding(
            path=mark.path,
            line=mark.line,
            message=f"{mark.rule} is silenced, and no waiver covers {', '.join(mark.hides)}",
            fix=f"mend what {mark.rule.split('/')[0]} found, or say in {LEDGER.as_posix()} why it stays",
            rule=mark.rule,
            severity=Severity.WARNING,
        )
        for mark in marks
        if not any(waiver.covers(mark) for waiver in ledger)
    )
    return Verdict(
        findings=findings, detail=f"{counted(len(marks), 'mark')}, {counted(len(ledger), 'waiver')}"
    )


def no_waiver_is_expired_or_unused(
    project: Project, _: Toolchain, *, today: datetime.date
) -> Verdict:
    """Each entry of the ledger is still needed, and somebody has looked at it within a year."""
    try:
        marks, ledger = waivers.marks(project), waivers.ledger(project)
    except WaiversError as error:
        raise Blocked("the ledger cannot be read: see WV001") from error
    if not ledger:
        raise NotApplicable("nothing is waived")
    findings = tuple(
        finding for waiver in ledger for finding in _stale(project, waiver, marks, today)
    )
    next_end = min(waiver.expires for waiver in ledger)
    return Verdict(
        findings=findings, detail=f"{counted(len(ledger), 'waiver')}, next expires {next_end}"
    )


def _stale(
    project: Project, waiver: Waiver, marks: tuple[Mark, ...], today: datetime.date
) -> Iterator[Finding]:
    """What is to be said of one waiver on one day; on its last day it still holds."""

    def at_entry(message: str, fix: str, severity: Severity = Severity.ERROR) -> Finding:
        return Finding(
            path=LEDGER,
            line=waiver.line,
            message=f"{waiver.id} {message}",
            fix=fix,
            severity=severity,
        )

    look = "does its reason still hold? then a new date, else mend what it hides"
    left = waiver.expires - today
    if left.days < 0:
        yield at_entry(f"expired on {waiver.expires}", look)
    elif left <= SOON:
        yield at_entry(f"expires on {waiver.expires}", look, Severity.WARNING)
    elif left > LONGEST:
        yield at_entry(
            f"lasts until {waiver.expires}, more than a year",
            "give it an earlier date",
            Severity.WARNING,
        )
    covered = [mark for mark in marks if waiver.covers(mark)]
    for rule in waiver.rules:
        if not rule.startswith(OWN) and rule not in {mark.rule for mark in covered}:
            yield at_entry(
                f"waives {rule}, which nothing silences in its paths",
                "take the rule out of the ledger",
                Severity.WARNING,
            )
    for path in waiver.paths:
        if not files.named_by(project, path):
            yield at_entry(
                f"names {path}, where there is no file",
                "take the path out of the ledger",
                Severity.WARNING,
            )
    for mark in covered:
        if mark.until and mark.until > waiver.expires:
            message = f"{mark.rule} is silenced until {mark.until}, but {waiver.id} ends on {waiver.expires}"
            yield Finding(
                path=mark.path,
                line=mark.line,
                message=message,
                fix="give both the same date",
                rule=mark.rule,
            )


def _malformed(error: WaiversError) -> Finding:
    return Finding(
        path=error.path or LEDGER, line=error.line, message=error.message, fix=error.hint
    )


def checks(*, today: datetime.date) -> tuple[Check, ...]:
    """Return the checks of this family; waivers end on `today` or later."""
    return (
        Check(
            id="WV001",
            title="Every suppression is in the ledger",
            run=every_suppression_is_in_the_ledger,
        ),
        Check(
            id="WV002",
            title="No waiver is expired or unused",
            run=partial(no_waiver_is_expired_or_unused, today=today),
        ),
    )
