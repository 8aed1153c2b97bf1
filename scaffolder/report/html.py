"""A report as one self-contained page of HTML: no script, font, picture or network."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scaffolder import __version__
from scaffolder.model import (
    Finding,
    Inapplicable,
    Outcome,
    Report,
    Result,
    Severity,
    Snippet,
    Table,
    counted,
)
from scaffolder.report import gates, text

_PAGE = Path(__file__).with_name("page.html.jinja")

_WORDS = {
    Outcome.PASSED: "passed",
    Outcome.FAILED: "failed",
    Outcome.SKIPPED: "not checked",
    Outcome.BROKEN: "inconclusive",
}


@dataclass(frozen=True, kw_only=True)
class Side:
    """A place of a finding, with the lines around it, or `says` if it has none."""

    name: str
    line: int
    says: str
    excerpt: Snippet | None


def write(report: Report, *, gate_map: Table | None = None) -> str:
    """Return the report as a page.

    `gate_map` maps checks to faults: by default those of this run.
    """
    import jinja2

    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    page = environment.from_string(_PAGE.read_text(encoding="utf-8"))
    return page.render(
        report=report,
        version=__version__,
        verdict=verdict(report),
        counts=[(report.count(outcome), _WORDS[outcome], str(outcome)) for outcome in Outcome],
        found=sorted((result for result in report.results if result.findings), key=_worst),
        without=[
            result
            for result in report.results
            if result.outcome in {Outcome.SKIPPED, Outcome.BROKEN}
        ],
        limited=[result for result in report.results if result.limit],
        tables=[result.table for result in report.results if result.table],
        gate_map=gate_map or gates.table(report),
        rows=[*report.results, *report.inapplicable],
        word=_word,
        remark=_remark,
        sides=lambda finding: list(_sides(report, finding)),
    )


def verdict(report: Report) -> str:
    """The whole report in one sentence."""
    failed, without = (
        report.count(Outcome.FAILED),
        report.count(Outcome.SKIPPED) + report.count(Outcome.BROKEN),
    )
    passed = report.count(Outcome.PASSED)
    if failed:
        number = sum(
            len(result.findings) for result in report.results if result.outcome is Outcome.FAILED
        )
        return f"{counted(failed, 'check')} failed, with {counted(number, 'finding')}."
    if not passed:
        return "All checks are inconclusive."
    found = Counter(finding.severity for finding in report.findings())
    if found:
        numbers = [counted(found[one], str(one)) for one in Severity if found[one]]
        return (
            f"No check failed; there {'is' if found.total() == 1 else 'are'}"
            f" {' and '.join(numbers)}."
        )
    return f"Nothing was found by {counted(passed, 'check')}" + (
        f"; {without} {'is' if without == 1 else 'are'} inconclusive." if without else "."
    )


def _worst(result: Result) -> int:
    return min(finding.severity.rank for finding in result.findings)


def _sides(report: Report, finding: Finding) -> Iterator[Side]:
    for place in (finding.place, *finding.related):
        yield Side(
            name=str(place),
            line=place.line,
            says=place.text,
            excerpt=report.excerpt(place.path, place.line),
        )


def _word(one: Result | Inapplicable) -> str:
    return _WORDS[one.outcome] if isinstance(one, Result) else "not applicable"


def _remark(one: Result | Inapplicable) -> str:
    return text.remark(one) if isinstance(one, Result) else one.reason
