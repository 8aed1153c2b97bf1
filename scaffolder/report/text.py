"""A report as lines for the user: causes, unchecked parts with reasons, one summary line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from scaffolder.model import Outcome, Report, Result, Severity, counted
from scaffolder.report import entries
from scaffolder.report.causes import advised, counted_by_check, unchecked
from scaffolder.report.lines import wrapped

Paint = Callable[[str, str], str]
"""Colours a word by its meaning ("passed", "failed" …), which is in the words as well."""

_WORDS: Mapping[str, str] = {
    Outcome.PASSED: "ok",
    Outcome.FAILED: "FAIL",
    Outcome.SKIPPED: "--",
    Outcome.BROKEN: "??",
    "": "",
}

FOLDED_FROM = 8
"""From so many on, the checks of one family that passed share a line."""

_NAMED = 6
"""Checks that are named beside one reason; the others are counted."""

_REASONS = 2
"""Up to so many reasons have two lines; more of them have one."""

WIDTH = 80
"""Characters of a line without a terminal."""


def write(
    report: Report,
    *,
    paint: Paint = lambda word, meaning: word,
    checks: bool = False,
    findings: bool = True,
    verbose: bool = False,
    families: Mapping[str, str] | None = None,
    width: int = WIDTH,
) -> str:
    """The report as text; `findings=False` leaves out the findings, `width` 0 breaks no line.

    The most severe findings are shown, a cause once, and the rest beyond a screen is counted;
    `verbose` shows each finding. `checks` adds a line for each check, whatever its outcome. With
    `families`, their titles by the letters of their ids, many checks of one family without a
    finding share a line; without, each has its own.
    """
    tail = (
        [*_table(report, paint, families or {}, width)] if checks else [*_unchecked(report, width)]
    )
    tail += _advice(report, width, shown=verbose)
    for note in report.notes:
        tail += _note(note, width)
    tail.append(_summary(report, paint, width))
    room = max(entries.SCREEN - len(tail) - 1, entries.LEAST) if not checks else entries.SCREEN
    shown = entries.lines(report, paint, room=0 if verbose else room, width=width)
    found = [*shown] if findings else []
    return "\n".join([*found, *([""] if found else []), *tail])


def counts(report: Report, paint: Paint = lambda word, meaning: word) -> str:
    """How many checks passed, failed and are inconclusive, in words."""
    failed, broken = report.count(Outcome.FAILED), report.count(Outcome.BROKEN)
    words = [
        f"{report.count(Outcome.PASSED)} passed",
        paint(f"{failed} failed", "failed") if failed else "0 failed",
        f"{report.count(Outcome.SKIPPED)} not checked",
    ]
    if broken:
        words.append(paint(f"{broken} inconclusive", "broken"))
    return ", ".join(words)


def _advice(report: Report, width: int, *, shown: bool) -> list[str]:
    """Return one line with the number of advices, and the command that shows them."""
    causes = advised(report)
    if not causes:
        return []
    number = sum(len(cause.findings) for cause in causes)
    text = f"  advice on style, hardening and environments: {number} ({counted_by_check(causes)})"
    return wrapped(text, width, most=1, end="" if shown else ": -v")


def _note(note: str, width: int) -> list[str]:
    """The lines of a note; one that is too long for a line is broken between its clauses first."""
    line = f"  {note}"
    if not width or len(line) <= width:
        return [line]
    clauses = line.replace("; ", ";\n    ").split("\n")
    return list(chain.from_iterable(wrapped(clause, width) for clause in clauses))


def _summary(report: Report, paint: Paint, width: int) -> str:
    """The last line; it is never broken, and leaves out the seconds if they have no room."""
    found = Counter(finding.severity for finding in report.findings())
    numbers = [counted(found[severity], str(severity)) for severity in Severity if found[severity]]
    if waived := sum(len(result.waived) for result in report.results):
        numbers.append(f"{waived} waived")
    line = f"  {'; '.join([*([', '.join(numbers)] if numbers else []), counts(report)])}"
    timed = f"{line}   {report.seconds:.1f} s"
    kept = timed if not width or len(timed) <= width else line
    return kept.replace(counts(report), counts(report, paint))


def _unchecked(report: Report, width: int) -> Iterator[str]:
    """One line for each reason for which something was not checked."""
    reasons = unchecked(report.results)
    most = 2 if len(reasons) <= _REASONS else 1
    for entry in reasons:
        more = len(entry.ids) - _NAMED
        ids = ", ".join(entry.ids[:_NAMED]) + (f" and {more} more" if more > 0 else "")
        yield from wrapped(f"  {entry.kind}: {entry.reason}", width, most=most, end=f" ({ids})")


def _table(report: Report, paint: Paint, families: Mapping[str, str], width: int) -> Iterator[str]:
    rows = [*_folded(list(_rows(report)), families)]
    longest = max((len(row.title) for row in rows), default=0)
    for row in rows:
        line = f"  {_WORDS[row.meaning]:<4}  {row.id:<6} {row.title:<{longest}}  {row.remark}"
        first, *rest = wrapped(line.rstrip(), width, indent=" " * 15)
        yield first[:2] + paint(first[2:6], row.meaning) + first[6:]
        yield from rest


@dataclass(frozen=True, kw_only=True)
class _Row:
    """One line of the table; `meaning` is the outcome, or "" if it is not applicable."""

    meaning: str
    id: str
    title: str
    remark: str
    family: str
    plain: bool = True


def _rows(report: Report) -> Iterator[_Row]:
    for result in report.results:
        check, tells = result.check, (result.findings, result.level, result.limit, result.tool)
        yield _Row(
            meaning=str(result.outcome),
            id=check.id,
            title=check.title,
            remark=remark(result),
            family=check.family,
            plain=result.outcome is Outcome.PASSED and not any(tells),
        )
    for one in report.inapplicable:
        reason = f"not applicable: {one.reason}"
        yield _Row(
            meaning="",
            id=one.check.id,
            title=one.check.title,
            remark=reason,
            family=one.check.family,
        )


def _folded(rows: Sequence[_Row], families: Mapping[str, str]) -> Iterator[_Row]:
    """Yield the rows, with many plain checks of one family in one, at the place of the first."""
    many = Counter((row.meaning, row.family) for row in rows if row.plain)
    told = set()
    for row in rows:
        key = (row.meaning, row.family)
        if not row.plain or many[key] < FOLDED_FROM or row.family not in families:
            yield row
        elif key not in told:
            told.add(key)
            title = families[row.family]
            number = f"{many[key]} checks" if row.meaning else f"{many[key]} checks not applicable"
            yield replace(
                row,
                id=row.family,
                title=title[:1].upper() + title[1:],
                remark=f"{number}; -v names them",
            )


def remark(result: Result) -> str:
    """Return the remark on one check behind its title."""
    match result.outcome:
        case Outcome.SKIPPED:
            return f"not checked: {result.reason}"
        case Outcome.BROKEN:
            return f"inconclusive: {result.reason}"
        case Outcome.PASSED | Outcome.FAILED:
            level = f"level {result.level}" if result.level else ""
            count = counted(len(result.findings), "finding") if result.findings else ""
            waived = f"{len(result.waived)} waived" if result.waived else ""
            advice = f"{len(result.advice)} as advice" if result.advice else ""
            limit = f"not looked at: {result.limit}" if result.limit else ""
            return "; ".join(
                words
                for words in (count, advice, waived, result.detail, level, limit, result.tool)
                if words
            )
