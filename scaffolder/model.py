"""The values that everything passes around: a finding, a check, its result, a report."""

from __future__ import annotations

import datetime
import enum
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from scaffolder.errors import ExitCode

if TYPE_CHECKING:
    from scaffolder.repository.project import Project
    from scaffolder.tools.programs import Tool
    from scaffolder.tools.toolchain import Toolchain


class Severity(enum.StrEnum):
    """The severity of a finding: it will break or leak, is likely to, or is style.

    Errors fail a check, warnings only in a strict run, notes never.
    """

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def rank(self) -> int:
        """Return 0 for the most severe, and more for what weighs less."""
        return tuple(Severity).index(self)

    def at_most(self, ceiling: Severity) -> Severity:
        """Return this severity, or `ceiling` if that is less severe."""
        return max(self, ceiling, key=lambda severity: severity.rank)


class Outcome(enum.StrEnum):
    """The outcome of a check. SKIPPED and BROKEN are inconclusive, which is never a pass."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    BROKEN = "broken"


@dataclass(frozen=True, kw_only=True, order=True)
class Location:
    """A line of a file.

    `path` is relative to the project's root, `line` starts at 1, 0 is the whole file.
    """

    path: Path
    line: int = 0
    text: str = ""

    def __str__(self) -> str:
        path = visible(self.path.as_posix()).replace("\n", "\\n")
        return f"{path}:{self.line}" if self.line else path


@dataclass(frozen=True, kw_only=True, order=True)
class Edit:
    """A safe change to a file: the text `old` that starts at `line` becomes `new`.

    Line 0 makes a file that is not there yet, with `new` in it. Line ends are written as newline; a
    file that has others keeps them.
    """

    path: Path
    line: int
    old: str
    new: str

    @property
    def place(self) -> Location:
        """Return its path and line."""
        return Location(path=self.path, line=self.line)


@dataclass(frozen=True, kw_only=True, order=True)
class Finding:
    """One problem, at one place, and what to do about it.

    `rule` is the wrapped tool's own name for it ("DL3008"); `related` holds the other side of a
    disagreement; `edits` are safe fixes, if any; `also` names the rules of other checks that report
    the same line for the same reason ("CI003 unpinned-uses").
    """

    path: Path
    line: int = 0
    message: str
    fix: str = ""
    rule: str = ""
    related: tuple[Location, ...] = ()
    edits: tuple[Edit, ...] = ()
    severity: Severity = Severity.ERROR
    also: tuple[str, ...] = ()

    @property
    def place(self) -> Location:
        """Return its path and line."""
        return Location(path=self.path, line=self.line)


@dataclass(frozen=True, kw_only=True)
class Snippet:
    """A few lines of a file; `first` is the number of the first one, counted from 1."""

    first: int
    lines: tuple[str, ...]

    def line(self, number: int) -> str:
        """Return the text of line `number`; "" if the excerpt does not hold it."""
        index = number - self.first
        return self.lines[index] if 0 <= index < len(self.lines) else ""


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table beside a verdict; the first column names the row, `note` explains the table."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The result of a check's function: its findings and its depth.

    `level` names the depth if several exist ("syntax" < "schema" < "rehearsed" < "provider");
    `detail` names the objects read ("3 roots"); `limit` names the unchecked part and the reason;
    `table` is for pages, which have the room.
    """

    findings: tuple[Finding, ...] = ()
    level: str = ""
    detail: str = ""
    limit: str = ""
    table: Table | None = None


class NotApplicable(Exception):
    """Raised by a check that has nothing to look at: the repository holds no such file.

    Its text names the reason.
    """


class Blocked(Exception):
    """Raised by a check that is inconclusive before another one passes. Its text names that one."""


FAMILIES = {
    "SY": "files parse as their names promise",
    "TF": "Terraform",
    "HL": "the Helm chart",
    "K8": "Kubernetes objects",
    "DK": "the image",
    "CI": "pipelines and scripts",
    "MO": "alerts and dashboards",
    "AG": "agreement between files",
    "EN": "environments that are the same",
    "EOL": "versions that still get fixes",
    "SEC": "secrets, rights and what is pinned",
    "WV": "findings that stay",
}
"""The subject of each family of checks, by the letters of its ids."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """A question about a project; no findings means yes.

    `id` starts with the letters of its family, so that `--select TF` takes all of Terraform;
    `title` is what is true when it passes; `tool` is the program it needs: without it the check is
    skipped, with the tool's install hint. `cost` is its time in seconds, roughly: long checks start
    first. `severity` is the worst of its findings: that of a finding without one of its own.
    `elsewhere` is that of a repository which was not generated, in which a rule of the template's
    own environments is advice; None if it is the same.
    """

    id: str
    title: str
    run: Callable[[Project, Toolchain], Verdict]
    tool: Tool | None = None
    cost: int = 0
    severity: Severity = Severity.ERROR
    elsewhere: Severity | None = None

    @property
    def family(self) -> str:
        """Return the letters of its id, such as AG; K8 for K8001."""
        return self.id.rstrip("0123456789") if not self.id.startswith("K8") else "K8"


@dataclass(frozen=True, kw_only=True)
class Waived:
    """A finding that the repository accepts: why, and until when, None if it has no end.

    `waiver` is the id of an entry of the ledger, or the place of a comment, if it is `in_source`.
    """

    finding: Finding
    waiver: str
    reason: str
    expires: datetime.date | None
    in_source: bool = False

    @property
    def source(self) -> str:
        """Return the waiver and its end, for people."""
        return f"{self.waiver}, until {self.expires}" if self.expires else self.waiver


@dataclass(frozen=True, kw_only=True)
class Result:
    """The result of one check of one project; `seconds` is wall-clock time, `waived` is accepted.

    `advice` is style and hardening that a repository which was not generated need not act upon.
    """

    check: Check
    outcome: Outcome
    seconds: float = 0.0
    findings: tuple[Finding, ...] = ()
    level: str = ""
    detail: str = ""
    limit: str = ""
    tool: str = ""
    reason: str = ""
    tool_missing: bool = False
    table: Table | None = None
    waived: tuple[Waived, ...] = ()
    advice: tuple[Finding, ...] = ()

    def with_findings(self, findings: Iterable[Finding], *, strict: bool) -> Result:
        """Return the result with these findings alone, and the outcome that they give."""
        left = tuple(findings)
        if left == self.findings:
            return self
        return replace(self, findings=left, outcome=outcome_of(left, strict=strict))


@dataclass(frozen=True, kw_only=True)
class Inapplicable:
    """A check that had nothing to look at in this project, and what was not there."""

    check: Check
    reason: str


@dataclass(frozen=True, kw_only=True)
class HeldBack:
    """How many findings a baseline held back, and how many findings of it are `gone`."""

    file: Path
    number: int
    gone: int


@dataclass(frozen=True, kw_only=True)
class Report:
    """All results of one run over one project, and the checks that it had nothing for.

    `folder` is the project's place below the root of its Git repository; `excerpts` are the lines
    around each place of a finding; `pages` are the pages, as Markdown, of each check with a
    finding; `notes` are for a reader of the whole run. If it was `interrupted`, the checks that had
    not ended are missing.
    """

    project: str
    template: str
    results: tuple[Result, ...]
    inapplicable: tuple[Inapplicable, ...] = ()
    folder: Path = Path()
    excerpts: Mapping[Location, Snippet] = field(default_factory=dict)
    pages: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    strict: bool = False
    require_tools: bool = False
    held_back: HeldBack | None = None
    interrupted: bool = False

    def excerpt(self, path: Path, line: int) -> Snippet | None:
        """The lines around a place; None where there are none to show."""
        return self.excerpts.get(Location(path=path, line=line))

    def findings(self) -> Iterator[Finding]:
        """Yield the findings of all results, without those that are waived."""
        return chain.from_iterable(result.findings for result in self.results)

    def count(self, outcome: Outcome) -> int:
        """Return how many checks had this outcome."""
        return sum(result.outcome is outcome for result in self.results)

    @property
    def exit_code(self) -> ExitCode:
        """The worst that happened, as the table in `errors.py` has it."""
        if self.interrupted:
            return ExitCode.INTERRUPTED
        if self.count(Outcome.FAILED):
            return ExitCode.FOUND
        verdicts = self.count(Outcome.PASSED)
        missing = self.require_tools and any(result.tool_missing for result in self.results)
        if self.count(Outcome.BROKEN) or missing or not verdicts:
            return ExitCode.NO_VERDICT
        return ExitCode.CLEAN


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: "1 policy", "2 policies", "3 series in rules"."""
    if number == 1:
        return f"1 {noun}"
    head, preposition, rest = noun.partition(" in ") if " in " in noun else noun.partition(" of ")
    return f"{number} {_plural(head)}{preposition}{rest}"


def _plural(noun: str) -> str:
    if noun.endswith("series"):
        return noun
    if re.search(r"[^aeiou]y$", noun):
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("s", "x", "ch", "sh")) else f"{noun}s"


def visible(words: str) -> str:
    r"""Return `words` with control characters and invalid UTF-8 as `\x1b`; tab and newline stay."""
    return _UNSEEN.sub(lambda found: found[0].encode("unicode_escape").decode(), words)


_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, lone surrogates, and characters that turn the direction of text.

Lone surrogates are bytes of a name that are not UTF-8.
"""


def plain(text: str) -> str:
    """Return `text` without what a terminal obeys; tabs become spaces.

    For a template's own texts; `visible` is for names and lines, of which nothing may be left out.
    """
    lines = text.replace("\r\n", "\n").expandtabs(4)
    return _CONTROL.sub("", _SEQUENCE.sub("", lines)).strip("\n").rstrip()


_SEQUENCE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # colours, cursor
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?"  # titles, links
    r"|\x1b[ -/]*[0-~]"
)
"""Control sequences of ECMA-48, whole: without its parameters, `[31m` would be left of a colour."""

_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""Control characters, lone surrogates, and what turns the direction of text."""


def outcome_of(findings: Iterable[Finding], *, strict: bool) -> Outcome:
    """FAILED if a finding is an error, or under `strict` a warning; a note never fails."""
    worst = Severity.WARNING if strict else Severity.ERROR
    failing = any(finding.severity.rank <= worst.rank for finding in findings)
    return Outcome.FAILED if failing else Outcome.PASSED


def selected(
    checks: Sequence[Check], *, select: Sequence[str], ignore: Sequence[str]
) -> tuple[Check, ...]:
    """Return the checks that `select` (all, when empty) chooses and `ignore` leaves.

    Both hold the beginnings of ids.
    """
    return tuple(
        check
        for check in checks
        if (not select or any(check.id.startswith(word) for word in select))
        and not any(check.id.startswith(word) for word in ignore)
    )
