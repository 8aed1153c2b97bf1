"""Read waivers from comments beside the code: which checks, why, and until when.

    timeout: 90  # scaffold: ignore[AG010] the old cluster is moved in spring, until 2027-04-30

A comment accepts findings on its own line; one that is alone on a line, those on the next line of
code. At the head of a file it also accepts findings of the file as a whole.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from scaffolder.formats.regex import regex
from scaffolder.model import Finding
from scaffolder.repository.project import Project

_MARK = regex(
    r"(?P<before>^|.*?\s)(?:\#+|//|--|;|<!--|/\*|\{\{-?\s*/\*)\s*"
    r"scaffold:\s*ignore\[(?P<checks>[^\]]*)\](?P<words>.*)$"
)
_END = regex(r"\s*(?:-->|\*/\s*(?:-?\}\})?)\s*$")
_UNTIL = regex(r"(?:[,;]\s*until\s+|\s*\buntil\s+(?=\d))(?P<day>\S+?)[.,;]?\s*$")
_CHECK = regex(r"[A-Z][A-Z0-9]+[0-9]{3}")
_COMMENT = regex(r"\s*(?:$|#|//|--|;|<!--|/?\*|\{\{-?\s*/\*)")
_FENCE = regex(r"\s*(?:```|~~~)")


@dataclass(frozen=True, kw_only=True)
class InlineWaiver:
    """A comment that accepts findings of checks on some lines; line 0 is the file as a whole.

    `problem` is the reason why it accepts nothing, "" if it is in order.
    """

    path: Path
    line: int
    checks: tuple[str, ...]
    reason: str
    covers: frozenset[int]
    expires: datetime.date | None = None
    problem: str = ""

    @property
    def id(self) -> str:
        """Return where it is, which tells it apart from the entries of the ledger."""
        return f"{self.path.as_posix()}:{self.line}"

    def accepts(self, check: str, finding: Finding) -> bool:
        """Return whether it accepts a finding of this check."""
        return (
            not self.problem
            and check in self.checks
            and finding.path == self.path
            and finding.line in self.covers
        )


def inline_waivers(project: Project) -> tuple[InlineWaiver, ...]:
    """Return the waivers of all files, in the order of their places."""
    return project.once("inline waivers", lambda: tuple(_all(project)))


def _all(project: Project) -> Iterator[InlineWaiver]:
    for file in project.files:
        text = project.text(file)
        if "scaffold:" in text and "ignore[" in text:
            yield from _in_file(file, text.splitlines())


def _in_file(file: Path, lines: Sequence[str]) -> Iterator[InlineWaiver]:
    is_page, shown = file.suffix == ".md", False
    for number, line in enumerate(lines, 1):
        if is_page and _FENCE.match(line):
            shown = not shown
        found = None if shown or "ignore[" not in line else _MARK.match(line[:2000])
        if found and (not is_page or "<!--" in line):
            yield _waiver(file, number, found, lines)


def _waiver(file: Path, number: int, found: re.Match[str], lines: Sequence[str]) -> InlineWaiver:
    words = _END.sub("", found["words"])
    until = _UNTIL.search(words)
    reason = (words[: until.start()] if until else words).strip(" \t:,;-")
    checks = tuple(filter(None, re.split(r"[,\s]+", found["checks"].upper())))
    expires = _date(until["day"]) if until else None
    return InlineWaiver(
        path=file,
        line=number,
        checks=checks,
        reason=reason,
        covers=_covers(number, found["before"], lines),
        expires=expires,
        problem=_problem(checks, reason, until["day"] if until else "", expires),
    )


def _problem(checks: Sequence[str], reason: str, until: str, expires: datetime.date | None) -> str:
    wrong = next((check for check in checks if not _CHECK.fullmatch(check)), "")
    if not checks:
        return "names no check"
    if wrong:
        return f"names {wrong}, which is not the id of a check"
    if not reason:
        return f"waives {', '.join(checks)} without a reason"
    if until and expires is None:
        return f"ends on {until}, which is not a date such as 2027-01-31"
    return ""


def _date(text: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return None


def _covers(number: int, before: str, lines: Sequence[str]) -> frozenset[int]:
    """Return the lines that a comment on line `number` is for."""
    if before.strip():
        return frozenset({number})
    following = range(number, len(lines))
    code = next((at + 1 for at in following if not _COMMENT.match(lines[at])), number)
    is_head = all(_COMMENT.match(line) for line in lines[: number - 1])
    return frozenset({number, code, *([0] if is_head else [])})
