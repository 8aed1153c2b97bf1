"""A report for a GitHub Actions job: annotations at changed lines, and a Markdown summary.

The commands: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from scaffolder.formats.regex import regex
from scaffolder.model import Check, Finding, Outcome, Report, Severity, visible
from scaffolder.report import text
from scaffolder.report.causes import causes

SUMMARY_VARIABLE = "GITHUB_STEP_SUMMARY"
"""Names the file that a step's summary is appended to."""

_LARGEST_SUMMARY = 1_000_000
"""Bytes; GitHub drops the summary of a step whole when it is larger than 1 MiB."""

_WORDS = {Outcome.FAILED: "failed", Outcome.SKIPPED: "not checked", Outcome.BROKEN: "inconclusive"}
_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
_COMMAND = regex(r"^(\s*)::", re.MULTILINE)
"""A command of the runner in a line that only quotes a tool."""

_MARKDOWN = regex(r"([\\`*_{}\[\]<>()#+!|~&@-])")


def write(report: Report) -> str:
    """One command a finding, and below them the lines of the checks for the log.

    GitHub shows ten errors, ten warnings and ten notices of a step as annotations: the most severe
    come first; the log and the summary have all.
    """
    commands: list[str] = []
    for cause in causes(report):
        commands += [_command(report, cause.check, finding) for finding in cause.findings]
    said = text.write(report, checks=True, findings=False, width=0)
    return "\n".join([*commands, _COMMAND.sub(r"\1: :", said)])


def summary(report: Report) -> str:
    """The report as Markdown, findings first."""
    head = [
        f"## scaffold check: {_plain(report.project)}",
        "",
        f"**{_plain(text.counts(report))}**",
        "",
    ]
    head += chain.from_iterable((_plain(note), "") for note in report.notes)
    rows = list(_rows(report))
    table = ["| place | check | what is wrong | what to do |", "|---|---|---|---|"]
    tail = list(_unverified(report))
    room = _LARGEST_SUMMARY - sum(len(line.encode()) + 1 for line in (*head, *table, *tail)) - 200
    shown = list(_fitting(rows, room))
    if shown:
        head += [*table, *shown, ""]
    if len(shown) < len(rows):
        head += [f"{len(rows) - len(shown)} more findings do not fit here; the log has them.", ""]
    return "\n".join([*head, *tail]) + "\n"


def _command(report: Report, check: Check, finding: Finding) -> str:
    place = {
        "file": visible((report.folder / finding.path).as_posix()),
        "line": str(finding.line) if finding.line else "",
        "title": f"{check.id} {finding.rule}".strip(),
    }
    properties = ",".join(f"{name}={_property(value)}" for name, value in place.items() if value)
    more = [f"  {one}: {one.text}" if one.text else f"  {one}" for one in finding.related]
    more += [f"  fix: {finding.fix}"] if finding.fix else []
    return (
        f"::{_COMMANDS[finding.severity]}"
        f" {properties}::{_data(chr(10).join([finding.message.strip(), *more]))}"
    )


def _data(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")


def _rows(report: Report) -> Iterator[str]:
    for cause in causes(report):
        for finding in cause.findings:
            others = "".join(
                f"<br>{_plain(f'{one}: {one.text}' if one.text else str(one))}"
                for one in finding.related
            )
            name = " ".join(
                word for word in (str(finding.severity), cause.check.id, finding.rule) if word
            )
            what = (name, finding.message, finding.fix)
            yield f"| {_plain(str(finding.place))}{others} | {' | '.join(map(_plain, what))} |"


def _unverified(report: Report) -> Iterator[str]:
    """Yield the unchecked parts with their reasons.

    A summary without them would read as complete.
    """
    without = [
        result for result in report.results if result.outcome in {Outcome.SKIPPED, Outcome.BROKEN}
    ]
    if without:
        yield "Not checked:"
        yield ""
    for result in without:
        check, outcome = result.check, _WORDS[result.outcome]
        yield f"* {_plain(f'{check.id} {check.title}: {outcome}: {result.reason}')}"


def _plain(words: str) -> str:
    """Return words as literal Markdown on one line: no text of a repository is a link or a tag."""
    return _MARKDOWN.sub(r"\\\1", " ".join(words.split()))


def _fitting(rows: list[str], room: int) -> Iterator[str]:
    for row in rows:
        room -= len(row.encode()) + 1
        if room < 0:
            return
        yield row
