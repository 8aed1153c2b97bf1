"""Read the waivers of the ledger, and the marks for scanners beside the code."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import partial
from pathlib import Path
from typing import Any

from scaffolder.errors import WaiversError
from scaffolder.formats.regex import regex
from scaffolder.model import Finding
from scaffolder.repository import files
from scaffolder.repository.ci import of_each
from scaffolder.repository.ci.system import Exceptions
from scaffolder.repository.project import Project
from scaffolder.repository.reading import Unreadable, yaml_of

OWN = "scaffold/"
"""How a rule starts that is a check of ours."""

LEDGER = Path(".scaffold/waivers.yml")

LONGEST = datetime.timedelta(days=366)
"""The longest time of a waiver: a year, then it is reviewed."""

SOON = datetime.timedelta(days=30)
"""How long before its end a waiver is spoken of."""


@dataclass(frozen=True, kw_only=True)
class Waiver:
    """One decision to leave something as it is.

    `rules` are named "scanner/rule" (our own checks are rules of "scaffold"), `paths` are shell
    patterns. `text`, if given, is part of the message or of the line that is meant.
    """

    id: str
    rules: tuple[str, ...]
    paths: tuple[str, ...]
    reason: str
    owner: str
    expires: datetime.date
    line: int = 0
    text: str = ""

    @property
    def checks(self) -> tuple[str, ...]:
        """The ids of our own checks among its rules."""
        return tuple(rule.removeprefix(OWN) for rule in self.rules if rule.startswith(OWN))

    def accepts(self, check: str, finding: Finding, line: str) -> bool:
        """Return whether it accepts a finding of this check in the text `line`."""
        return (
            check in self.checks
            and any(fnmatch(finding.path.as_posix(), path) for path in self.paths)
            and (self.text in finding.message or self.text in line)
        )

    def covers(self, mark: Mark) -> bool:
        """Return whether the mark's rule is one of these, and its files are under these paths."""
        return mark.rule in self.rules and all(
            any(fnmatch(hidden, path) for path in self.paths) for hidden in mark.hides
        )


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A place that silences a scanner: the rule ("scanner/rule"), and the files it covers.

    `until` is the date that the mark itself names, where its scanner knows dates.
    """

    rule: str
    path: Path
    line: int
    hides: tuple[str, ...]
    until: datetime.date | None = None


def ledger(project: Project) -> tuple[Waiver, ...]:
    """Return the repository's waivers, in the order of its ledger; none without a ledger.

    Raises:
        WaiversError: the ledger is not one.

    """
    if not project.has(LEDGER):
        return ()
    try:
        (document,) = yaml_of(project, LEDGER) or [{}]
        entries = document["waivers"]
    except (Unreadable, ValueError, KeyError, TypeError) as error:
        raise WaiversError("it is not one document with the list `waivers`") from error
    if not isinstance(entries, list):
        raise WaiversError("`waivers` is not a list")
    waivers = tuple(_waiver(project, number, entry) for number, entry in enumerate(entries, 1))
    ids = [waiver.id for waiver in waivers]
    for twice in sorted({one for one in ids if ids.count(one) > 1}):
        raise WaiversError(f"{twice} is there twice", line=project.line_of(LEDGER, f"id: {twice}"))
    return waivers


def marks(project: Project) -> tuple[Mark, ...]:
    """Every place of the repository that silences a scanner, whether it is in the ledger or not.

    Raises:
        WaiversError: a file of exceptions has a form that this does not know, so that what it
        silences is unknown.

    """
    found: list[Mark] = []
    readers: dict[Path, _Read] = {}
    for which, read in _CONFIGURATIONS:
        readers |= dict.fromkeys(which(project), read)
    for file in project.files:
        if file != LEDGER and file.suffix not in _PROSE:
            found += _inline(project, file)
        if file in readers:
            found += _configured(project, file, readers[file])
    return tuple(found)


# ---- the ledger

_TEXTS = ("id", "reason", "owner")
_LISTS = ("rules", "paths")
_RULE = regex(r"[a-z]+/[A-Za-z0-9_-]+")
_CHECK = regex(r"[A-Z][A-Z0-9]+[0-9]{3}")


def _waiver(project: Project, number: int, entry: Any) -> Waiver:
    if not isinstance(entry, dict):
        raise WaiversError(f"entry {number} is not a table")
    name = str(entry.get("id") or f"entry {number}")
    line = project.line_of(LEDGER, f"id: {name}")
    unknown = sorted((set(map(str, entry)) - {"text"}) ^ {*_TEXTS, *_LISTS, "expires"})
    if unknown:
        raise WaiversError(
            f"{name} has one key too many or too few: {', '.join(unknown)}", line=line
        )
    for key in (*_TEXTS, *({"text"} & set(entry))):
        if not isinstance(entry[key], str) or not entry[key].strip():
            raise WaiversError(f"{name}: {key} is not a text", line=line)
    for key in _LISTS:
        if (
            not isinstance(entry[key], list)
            or not entry[key]
            or not all(isinstance(one, str) for one in entry[key])
        ):
            raise WaiversError(f"{name}: {key} is not a list of texts", line=line)
    for rule in entry["rules"]:
        if not _RULE.fullmatch(rule) and not _CHECK.fullmatch(rule):
            raise WaiversError(f"{name}: {rule} is not of the form scanner/rule", line=line)
    expires = _date(entry["expires"])
    if expires is None:
        raise WaiversError(f"{name}: expires is not a date such as 2027-01-31", line=line)
    return Waiver(
        id=name,
        rules=tuple(f"{OWN}{rule}" if "/" not in rule else rule for rule in entry["rules"]),
        paths=tuple(entry["paths"]),
        reason=entry["reason"].strip(),
        owner=entry["owner"],
        expires=expires,
        line=line,
        text=entry.get("text", ""),
    )


def _date(value: Any) -> datetime.date | None:
    """A date as YAML gives it: a date, or a text where it is quoted."""
    if isinstance(value, str):
        try:
            return datetime.date.fromisoformat(value)
        except ValueError:
            return None
    return (
        value
        if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime)
        else None
    )


# ---- marks beside the code

_PROSE = {".md", ".txt", ".rst"}

_INLINE = regex(
    r"""
    (?P<checkov> checkov:skip= [A-Z0-9_]+ | checkov\.io/skip\d+: \s* ["']? [A-Z0-9_]+ )
    | (?:trivy|tfsec):ignore: (?P<trivy> [A-Za-z0-9_*-]+ )
    | \#\s* zizmor:\s* ignore\[ (?P<zizmor> [a-z, -]+ ) \]
    | \#\s* hadolint\s+ (?:global\s+)? ignore= (?P<hadolint> [A-Z0-9, ]*[A-Z0-9] )
    | \#\s* shellcheck\s+ (?:[a-z-]+=\S+\s+)* disable= (?P<shellcheck> \S+ )
    | \#\s* yamllint\s+ disable (?:-line|-file)? (?P<yamllint> (?:\s+ rule:[a-z-]+)* )
    """,
    re.VERBOSE,
)
"""Comments and annotations by which each scanner is silenced for the next lines."""


_SCANNER = regex(r"checkov|trivy|tfsec|zizmor|hadolint|shellcheck|yamllint")
"""The names of `_INLINE`: most files have none, and it takes its time on each line."""


def _inline(project: Project, file: Path) -> Iterator[Mark]:
    if not _SCANNER.search(project.text(file)):
        return
    for number, line in enumerate(project.lines(file), 1):
        for found in _INLINE.finditer(line):
            scanner = str(found.lastgroup)
            for rule in _rules(scanner, found[scanner]):
                yield Mark(
                    rule=f"{scanner}/{rule}", path=file, line=number, hides=(file.as_posix(),)
                )


def _rules(scanner: str, words: str) -> list[str]:
    """The rules that a mark names; one that names none silences them all."""
    if scanner == "checkov":
        return [re.split(r"[=:\s\"']+", words)[-1]]
    names = [word.removeprefix("rule:") for word in re.split(r"[,\s]+", words.strip()) if word]
    return names or ["all"]


# ---- files that hold a scanner's exceptions

_Read = Callable[[Project, Path], Iterator[Mark]]


def _configured(project: Project, file: Path, read: _Read) -> list[Mark]:
    try:
        return list(read(project, file))
    except (Unreadable, AttributeError, KeyError, TypeError, ValueError) as error:
        raise WaiversError("what it silences cannot be read", path=file) from error


def _trivy_yaml(project: Project, file: Path) -> Iterator[Mark]:
    """Yield what .trivyignore.yaml accepts.

    Read at https://trivy.dev/docs/latest/configuration/filtering/#trivyignoreyaml
    """
    for document in yaml_of(project, file):
        for entries in document.values():
            for entry in entries:
                yield Mark(
                    rule=f"trivy/{entry['id']}",
                    path=file,
                    line=project.line_of(file, str(entry["id"])),
                    hides=tuple(entry.get("paths") or ("**",)),
                    until=_date(entry.get("expired_at")),
                )


def _trivy_lines(project: Project, file: Path) -> Iterator[Mark]:
    for number, line in enumerate(project.lines(file), 1):
        words = line.split("#")[0].split()
        if words:
            yield Mark(rule=f"trivy/{words[0]}", path=file, line=number, hides=("**",))


def _hadolint(project: Project, file: Path) -> Iterator[Mark]:
    for document in yaml_of(project, file):
        for rule in document.get("ignored") or []:
            yield Mark(
                rule=f"hadolint/{rule}", path=file, line=project.line_of(file, rule), hides=("**",)
            )


def _checkov(project: Project, file: Path) -> Iterator[Mark]:
    for document in yaml_of(project, file):
        for rule in document.get("skip-check") or []:
            yield Mark(
                rule=f"checkov/{rule}", path=file, line=project.line_of(file, rule), hides=("**",)
            )


def _shellcheck(project: Project, file: Path) -> Iterator[Mark]:
    for number, line in enumerate(project.lines(file), 1):
        if line.startswith("disable="):
            for rule in line.split("#")[0].removeprefix("disable=").strip().split(","):
                yield Mark(rule=f"shellcheck/{rule}", path=file, line=number, hides=("**",))


def _present(project: Project, exceptions: Exceptions) -> tuple[Path, ...]:
    return files.at_root(project, *exceptions.files)


def _of_ci(project: Project, file: Path, exceptions: Exceptions) -> Iterator[Mark]:
    for one in exceptions.read(project, file):
        yield Mark(rule=one.rule, path=file, line=one.line, hides=one.hides)


_CONFIGURATIONS: tuple[tuple[Callable[[Project], tuple[Path, ...]], _Read], ...] = (
    (files.trivy_exceptions, _trivy_yaml),
    (files.trivy_ignored, _trivy_lines),
    (files.hadolint_settings, _hadolint),
    (files.checkov_settings, _checkov),
    (files.shellcheck_settings, _shellcheck),
    *(
        (partial(_present, exceptions=one), partial(_of_ci, exceptions=one))
        for one in of_each(lambda system: system.EXCEPTIONS)
    ),
)
"""Which files tell scanners what to leave out, and how to read them."""
