"""A report as lines for a person: the findings, a line per check, and last what was not checked and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from scaffolder.model import Finding, Outcome, Report, Result, counted

Paint = Callable[[str, str], str]
"""Colours a word by its meaning ("passed", "failed", "error" …); the meaning is always in the words as well."""

_WORDS: Mapping[str, str] = {
    Outcome.PASSED: "ok",
    Outcome.FAILED: "FAIL",
    Outcome.SKIPPED: "--",
    Outcome.BROKEN: "??",
    "": "",
}


FOLDED_FROM = 8
"""From so many on, the checks of one family that passed share a line."""


def write(
    report: Report,
    *,
    paint: Paint = lambda word, meaning: word,
    checks: bool = True,
    findings: bool = True,
    most: int = 0,
    families: Mapping[str, str] | None = None,
) -> str:
    """The report as text; `checks=False` leaves out the lines of checks that passed, `findings=False` the findings.

    Of each check at most `most` findings are shown, and how many more there are; 0 shows all.

    With `families`, their titles by the letters of their ids, many checks of one family that have
    nothing to say share a line; without, each has its own.
    """
    return "\n".join(
        _lines(report, paint, checks=checks, findings=findings, most=most, families=families or {})
    )


def counts(report: Report, paint: Paint = lambda word, meaning: word) -> str:
    """How many checks passed, failed and gave no verdict, in words."""
    failed, broken = report.count(Outcome.FAILED), report.count(Outcome.BROKEN)
    words = [
        f"{report.count(Outcome.PASSED)} passed",
        paint(f"{failed} failed", "failed") if failed else "0 failed",
        f"{report.count(Outcome.SKIPPED)} not checked",
    ]
    if broken:
        words.append(paint(f"{broken} without a verdict", "broken"))
    return ", ".join(words)


def _lines(
    report: Report,
    paint: Paint,
    *,
    checks: bool,
    findings: bool,
    most: int,
    families: Mapping[str, str],
) -> Iterator[str]:
    if findings and any(result.findings for result in report.results):
        for result in report.results:
            for finding in result.findings[: most or None]:
                yield from _finding(result, finding, paint)
            if most and (more := len(result.findings) - most) > 0:
                yield f"  and {counted(more, 'more finding')}: scaffold check --select {result.check.id}"
        yield ""
    rows = [*_folded(list(_rows(report)), families)]
    width = max((len(row.title) for row in rows), default=0)
    for row in rows:
        if checks or row.meaning not in {Outcome.PASSED, ""}:
            word = paint(f"{_WORDS[row.meaning]:<4}", row.meaning)
            yield f"  {word}  {row.id:<6} {row.title:<{width}}  {row.remark}".rstrip()
    yield f"  {counts(report, paint)}   {report.seconds:.1f} s"
    for note in report.notes:
        yield f"  {note}"


@dataclass(frozen=True, kw_only=True)
class _Row:
    """One line of the table; `meaning` is the outcome, or "" where there was nothing to check."""

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
        reason = f"nothing to check: {one.reason}"
        yield _Row(
            meaning="",
            id=one.check.id,
            title=one.check.title,
            remark=reason,
            family=one.check.family,
        )


def _folded(rows: Sequence[_Row], families: Mapping[str, str]) -> Iterator[_Row]:
    """The rows, those of many plain checks of one family in one; it stands where the first of them stood."""
    many = Counter((row.meaning, row.family) for row in rows if row.plain)
    told = set()
    for row in rows:
        key = (row.meaning, row.family)
        if not row.plain or many[key] < FOLDED_FROM or row.family not in families:
            yield row
        elif key not in told:
            told.add(key)
            title = families[row.family]
            number = (
                f"{many[key]} checks" if row.meaning else f"nothing to check for {many[key]} checks"
            )
            yield replace(
                row,
                id=row.family,
                title=title[:1].upper() + title[1:],
                remark=f"{number}; -v names them",
            )


def _finding(result: Result, finding: Finding, paint: Paint) -> Iterator[str]:
    rule = f" ({finding.rule})" if finding.rule else ""
    severity = paint(f"{finding.severity}[{result.check.id}]", str(finding.severity))
    yield f"{finding.place}: {severity} {finding.message}{rule}"
    for related in finding.related:
        yield f"  {related}: {related.text}" if related.text else f"  {related}"
    if finding.fix:
        yield f"  fix: {finding.fix}"


def remark(result: Result) -> str:
    """What there is to say of one check behind its title."""
    match result.outcome:
        case Outcome.SKIPPED:
            return f"not checked: {result.reason}"
        case Outcome.BROKEN:
            return f"no verdict: {result.reason}"
        case Outcome.PASSED | Outcome.FAILED:
            level = f"level {result.level}" if result.level else ""
            count = counted(len(result.findings), "finding") if result.findings else ""
            limit = f"not looked at: {result.limit}" if result.limit else ""
            return "; ".join(
                words for words in (count, result.detail, level, limit, result.tool) if words
            )
