"""WV: suppressions of scanners are recorded, with a reason, an owner and an end."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from functools import partial
from itertools import chain

from scaffolder.errors import WaiversError
from scaffolder.model import Blocked, Check, Finding, NotApplicable, Severity, Verdict, counted
from scaffolder.repository import files, waivers
from scaffolder.repository.inline_waivers import InlineWaiver, inline_waivers
from scaffolder.repository.project import Project
from scaffolder.repository.waivers import LEDGER, LONGEST, OWN, SOON, Mark, Waiver
from scaffolder.tools.toolchain import Toolchain


def every_suppression_is_in_the_ledger(project: Project, _: Toolchain) -> Verdict:
    """Each comment, annotation or file that silences a scanner has an entry in the ledger.

    The ledger is a rule of our template: a repository without it that others made has none to keep.
    """
    keeps_none = not project.is_generated and not project.has(LEDGER)
    inline = inline_waivers(project)
    wrong = tuple(_misspelt(waiver) for waiver in inline if waiver.problem)
    beside = Verdict(findings=wrong, detail=counted(len(inline), "comment"))
    try:
        marks, ledger = waivers.marks(project), waivers.ledger(project)
    except WaiversError as error:
        if keeps_none and inline:
            return beside
        if keeps_none:
            raise NotApplicable("the repository keeps no ledger of waivers") from error
        return Verdict(findings=(*wrong, _malformed(error)))
    if (keeps_none or (not marks and not ledger)) and inline:
        return beside
    if not marks and not ledger:
        raise NotApplicable("no scanner is told to ignore anything")
    if keeps_none:
        raise NotApplicable("the repository keeps no ledger of waivers")
    findings = wrong + tuple(
        Finding(
            path=mark.path,
            line=mark.line,
            message=f"{mark.rule} is silenced, and no waiver covers {', '.join(mark.hides)}",
            fix=(
                f"fix the finding of {mark.rule.split('/')[0]}, or give its reason in"
                f" {LEDGER.as_posix()}"
            ),
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
    """Each entry of the ledger is still needed, and was reviewed within a year."""
    try:
        marks, ledger = waivers.marks(project), waivers.ledger(project)
    except WaiversError as error:
        raise Blocked("the ledger cannot be read: see WV001") from error
    inline = [waiver for waiver in inline_waivers(project) if not waiver.problem]
    if not ledger and not inline:
        raise NotApplicable("nothing is waived")
    findings = list(chain.from_iterable(_stale(project, waiver, marks, today) for waiver in ledger))
    findings += chain.from_iterable(_stale_comment(waiver, today) for waiver in inline)
    ends = [waiver.expires for waiver in ledger]
    ends += [waiver.expires for waiver in inline if waiver.expires]
    number = counted(len(ledger) + len(inline), "waiver")
    next_end = f", next expires {min(ends)}" if ends else ""
    return Verdict(findings=tuple(findings), detail=f"{number}{next_end}")


def _stale(
    project: Project, waiver: Waiver, marks: tuple[Mark, ...], today: datetime.date
) -> Iterator[Finding]:
    """Yield the findings for one waiver on one day; on its last day it still holds."""

    def at_entry(message: str, fix: str, severity: Severity = Severity.ERROR) -> Finding:
        return Finding(
            path=LEDGER,
            line=waiver.line,
            message=f"{waiver.id} {message}",
            fix=fix,
            severity=severity,
        )

    for words, fix, severity in _ending(waiver.expires, today):
        yield at_entry(words, fix, severity)
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
                f"names {path}, which does not exist",
                "take the path out of the ledger",
                Severity.WARNING,
            )
    for mark in covered:
        if mark.until and mark.until > waiver.expires:
            message = (
                f"{mark.rule} is silenced until {mark.until}, but {waiver.id} ends on"
                f" {waiver.expires}"
            )
            yield Finding(
                path=mark.path,
                line=mark.line,
                message=message,
                fix="give both the same date",
                rule=mark.rule,
            )


def _ending(last: datetime.date, today: datetime.date) -> Iterator[tuple[str, str, Severity]]:
    """Yield a waiver's last day as text, how to correct it, and how severe it is."""
    look = "does its reason still hold? then a new date, else fix what it hides"
    left = last - today
    if left.days < 0:
        yield f"expired on {last}", look, Severity.ERROR
    elif left <= SOON:
        yield f"expires on {last}", look, Severity.WARNING
    elif left > LONGEST:
        words = f"lasts until {last}, more than a year"
        yield words, "give it an earlier date", Severity.WARNING


def _stale_comment(waiver: InlineWaiver, today: datetime.date) -> Iterator[Finding]:
    """Yield the findings for the end of a comment, if it names one."""
    for words, fix, severity in _ending(waiver.expires, today) if waiver.expires else ():
        yield Finding(
            path=waiver.path,
            line=waiver.line,
            message=f"the waiver of {', '.join(waiver.checks)} {words}",
            fix=fix,
            severity=severity,
        )


def _misspelt(waiver: InlineWaiver) -> Finding:
    return Finding(
        path=waiver.path,
        line=waiver.line,
        message=f"a comment {waiver.problem}, and accepts nothing",
        fix="scaffold: ignore[AG010] the reason, until 2027-01-31",
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
