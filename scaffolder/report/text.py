"""A report as lines for a person: the findings, a line per check, and last what was not checked and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from scaffolder.model import Finding, Outcome, Report, Result

Paint = Callable[[str, str], str]
"""Colours a word by its meaning ("passed", "failed", "error" …); the meaning is always in the words as well."""

_WORDS = {Outcome.PASSED: "ok", Outcome.FAILED: "FAIL", Outcome.SKIPPED: "--", Outcome.BROKEN: "??"}


def write(
    report: Report, *, paint: Paint = lambda word, meaning: word, checks: bool = True, findings: bool = True
) -> str:
    """The report as text; `checks=False` leaves out the lines of checks that passed, `findings=False` the findings."""
    return "\n".join(_lines(report, paint, checks=checks, findings=findings))


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


def _lines(report: Report, paint: Paint, *, checks: bool, findings: bool) -> Iterator[str]:
    if findings and any(result.findings for result in report.results):
        for result in report.results:
            for finding in result.findings:
                yield from _finding(result, finding, paint)
        yield ""
    width = max((len(result.check.title) for result in report.results), default=0)
    for result in report.results:
        if checks or result.outcome is not Outcome.PASSED:
            yield _line(result, width, paint)
    for one in report.inapplicable if checks else ():
        yield f"        {one.check.id:<6} {one.check.title:<{width}}  nothing to check: {one.reason}"
    yield f"  {counts(report, paint)}   {report.seconds:.1f} s"


def _finding(result: Result, finding: Finding, paint: Paint) -> Iterator[str]:
    rule = f" ({finding.rule})" if finding.rule else ""
    severity = paint(f"{finding.severity}[{result.check.id}]", str(finding.severity))
    yield f"{finding.place}: {severity} {finding.message}{rule}"
    for related in finding.related:
        yield f"  {related}: {related.text}" if related.text else f"  {related}"
    if finding.fix:
        yield f"  fix: {finding.fix}"


def _line(result: Result, width: int, paint: Paint) -> str:
    word = paint(f"{_WORDS[result.outcome]:<4}", str(result.outcome))
    return f"  {word}  {result.check.id:<6} {result.check.title:<{width}}  {remark(result)}".rstrip()


def remark(result: Result) -> str:
    """What there is to say of one check behind its title."""
    match result.outcome:
        case Outcome.SKIPPED:
            return f"not checked: {result.reason}"
        case Outcome.BROKEN:
            return f"no verdict: {result.reason}"
        case Outcome.PASSED | Outcome.FAILED:
            level = f"level {result.level}" if result.level else ""
            count = _count(len(result.findings), "finding") if result.findings else ""
            limit = f"not looked at: {result.limit}" if result.limit else ""
            return "; ".join(words for words in (count, result.detail, level, limit, result.tool) if words)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
