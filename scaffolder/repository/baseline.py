"""The findings that a repository had on one day, so that a run reports those that are new."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from scaffolder.errors import DestinationError, ProjectError
from scaffolder.model import Finding, HeldBack, Outcome, Report, Result, counted
from scaffolder.repository.project import Project

VERSION = 1

_WRITE = "scaffold check --write-baseline FILE writes one"


@dataclass(frozen=True, kw_only=True, order=True)
class Known:
    """A finding; its `fingerprint` stays when its line moves, and changes with its text."""

    check: str
    path: str
    fingerprint: str


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """The findings of a baseline, and how often each was there; `file` is where they were read."""

    file: Path
    known: Counter[Known]


def read(file: Path) -> Baseline:
    """Read a baseline.

    Raises:
        ProjectError: the file does not exist, or is not a baseline that this release reads.

    """
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ProjectError(
            f"the baseline {file} cannot be read: {error.strerror or error}", hint=_WRITE
        ) from error
    except ValueError as error:
        raise ProjectError(f"the baseline {file} is not JSON: {error}", hint=_WRITE) from error
    if not isinstance(document, dict) or "findings" not in document:
        raise ProjectError(f"{file} is not a baseline: it has no `findings`", hint=_WRITE)
    if document.get("version") != VERSION:
        raise ProjectError(
            f"the baseline {file} has version {document.get('version')}, not {VERSION}",
            hint=f"scaffold check --write-baseline {file} replaces it with the findings of today",
        )
    try:
        return Baseline(file=file, known=Counter(dict(_entries(document["findings"]))))
    except (KeyError, TypeError, ValueError) as error:
        raise ProjectError(
            f"the baseline {file} has an entry that is none: {error}", hint=_WRITE
        ) from error


def write(project: Project, report: Report, file: Path) -> Baseline:
    """Write the findings of a report to `file`, in an order that keeps differences small.

    Entries of an older baseline for checks that are inconclusive now are kept.

    Raises:
        ProjectError: the file exists and is not a baseline; it is left as it is.
        DestinationError: the file cannot be written.

    """
    known: Counter[Known] = Counter()
    for result in report.results:
        known.update(fingerprint(project, result, finding) for finding in result.findings)
    if file.exists():
        judged = _judged(report)
        known.update({one: n for one, n in read(file).known.items() if one.check not in judged})
    entries = [
        {"check": one.check, "path": one.path, "fingerprint": one.fingerprint, "count": number}
        for one, number in sorted(known.items())
    ]
    document = {"version": VERSION, "findings": entries}
    written = file.with_name(f".{file.name}.new")
    try:
        written.write_text(f"{json.dumps(document, indent=1)}\n", encoding="utf-8")
        written.replace(file)
    except OSError as error:
        written.unlink(missing_ok=True)
        raise DestinationError(
            f"{file} cannot be written: {error.strerror or error}",
            hint="--write-baseline FILE, in a folder that exists",
        ) from error
    return Baseline(file=file, known=known)


def only_new(project: Project, report: Report, baseline: Baseline) -> Report:
    """Return the report without the findings of the baseline, and with their number."""
    left = Counter(baseline.known)
    results = tuple(
        result.with_findings(_new(project, result, left), strict=report.strict)
        for result in report.results
    )
    number = baseline.known.total() - left.total()
    gone = sum(count for one, count in left.items() if one.check in _judged(report))
    held_back = HeldBack(file=baseline.file, number=number, gone=gone)
    return replace(
        report, results=results, held_back=held_back, notes=(*report.notes, _note(held_back))
    )


def _note(held_back: HeldBack) -> str:
    number, gone = held_back.number, held_back.gone
    verb = "is" if number == 1 else "are"
    note = f"{counted(number, 'finding')} of {held_back.file} {verb} held back"
    if not gone:
        return f"{note}, none is gone"
    return f"{note}, {gone} {'is' if gone == 1 else 'are'} gone: --write-baseline takes them out"


def fingerprint(project: Project, result: Result, finding: Finding) -> Known:
    """Return what tells a finding apart: its check and rule, its file, and the text of its line.

    Blanks do not count, nor does the number of the line. A finding on a whole file is told apart by
    its message.
    """
    line = _line(project, finding)
    words = "".join(line.split()) if line else finding.message
    said = "\0".join((result.check.id, finding.rule, words))
    return Known(
        check=result.check.id,
        path=finding.path.as_posix(),
        fingerprint=hashlib.sha256(said.encode(errors="replace")).hexdigest()[:16],
    )


def _new(project: Project, result: Result, left: Counter[Known]) -> Iterator[Finding]:
    """Yield the findings that are not in `left`, and take the others out of it."""
    for finding in result.findings:
        known = fingerprint(project, result, finding)
        if left[known]:
            left[known] -= 1
        else:
            yield finding


def _judged(report: Report) -> frozenset[str]:
    """Return the checks whose verdict can prove that a finding is gone.

    Others may still have it.
    """
    ran = (one for one in report.results if one.outcome in {Outcome.PASSED, Outcome.FAILED})
    return frozenset(
        (*(one.check.id for one in ran), *(one.check.id for one in report.inapplicable))
    )


def _line(project: Project, finding: Finding) -> str:
    if not finding.line or not project.has(finding.path):
        return ""
    lines = project.lines(finding.path)
    return lines[finding.line - 1] if finding.line <= len(lines) else ""


def _entries(listed: Iterable[Any]) -> Iterator[tuple[Known, int]]:
    for one in listed:
        known = Known(
            check=str(one["check"]), path=str(one["path"]), fingerprint=str(one["fingerprint"])
        )
        yield known, int(one.get("count", 1))
