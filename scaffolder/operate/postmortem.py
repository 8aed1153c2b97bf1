"""Run `scaffold postmortem new`: fill the template's timeline from Git and from records."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from scaffolder.errors import AnswersError, DestinationError, ProjectError
from scaffolder.formats.regex import regex
from scaffolder.tools.git import Git
from scaffolder.tools.toolchain import Toolchain

FOLDER = Path("docs/postmortems")
TEMPLATE = FOLDER / "TEMPLATE.md"

MOMENTS = {
    "deploy": "",
    "alert": "detected",
    "rollback": "mitigated",
    "resolved": "over",
    "commit": "",
    "action": "acted",
    "note": "",
}
"""The kinds of events, and the moment of the timeline that the first of each marks."""

WORDS = {
    "'s fault": "what made it possible",
    "at fault": "what made it possible",
    "blame": "what we learned",
    "careless": "what the work asked for at that moment",
    "culprit": "which factors contributed",
    "forgot": "what could have reminded the role of it",
    "guilty": "which factors contributed",
    "her fault": "what made it possible",
    "his fault": "what made it possible",
    "human error": "what made the action look right",
    "incompetent": "what the role had not been shown",
    "lazy": "what made the shorter way easier",
    "mistake": "what made the action look right",
    "negligent": "which check did not exist",
    "should have": "what would have made the right action easy",
    "sloppy": "what the work asked for at that moment",
    "stupid": "what was surprising",
    "their fault": "what made it possible",
    "to know better": "what the role could see at that moment",
}
"""Words that lead to a person, and what to write instead."""

_AROUND = datetime.timedelta(hours=1)
_ROW = regex(r"^\| (?P<time>[^|]*) \| (?P<what>.*) \| (?P<how>[^|]*) \|$")
_HEAD = "| time | what happened | how we know |"
_UNSAFE = regex(r"[^a-z0-9]+")


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened: `kind` is one of MOMENTS, `source` is how we know."""

    at: datetime.datetime
    kind: str
    text: str
    source: str


@dataclass(frozen=True, kw_only=True)
class Written:
    """The file that was written, and the events of its timeline."""

    path: Path
    events: tuple[Event, ...]


@dataclass(frozen=True, kw_only=True)
class Blame:
    """A word in a line that leads to a person, and what to write instead."""

    line: int
    word: str
    instead: str


def new(root: Path, title: str, records: Sequence[Path], toolchain: Toolchain) -> Written:
    """Write a post-mortem beside the template; its timeline is what Git and the records tell.

    Commits count that were made up to an hour before the first record and after the last one.

    Raises:
        ProjectError: the repository has no template of a post-mortem.
        AnswersError: a record cannot be read, or there is none.
        DestinationError: the file is there already.

    """
    template = root / TEMPLATE
    if not template.is_file():
        raise ProjectError(f"{root} has no {TEMPLATE}", hint="scaffold adopt writes one")
    recorded = list(chain.from_iterable(map(read, records)))
    if not recorded:
        raise AnswersError("the records hold no event", hint="--records FILE, JSON lines")
    recorded.sort(key=lambda event: event.at)
    began, ended = recorded[0].at - _AROUND, recorded[-1].at + _AROUND
    events = sorted(
        [*recorded, *_commits(root, began, ended, toolchain)], key=lambda event: event.at
    )
    slug = _UNSAFE.sub("-", title.lower()).strip("-")
    path = FOLDER / f"{recorded[0].at:%Y-%m-%d}-{slug}.md"
    if (root / path).exists():
        raise DestinationError(
            f"{path} is there already",
            hint="write what is new into its timeline, or name another title",
        )
    text = _filled(template.read_text(encoding="utf-8"), title, events)
    (root / path).write_text(text, encoding="utf-8")
    return Written(path=path, events=tuple(events))


def read(file: Path) -> list[Event]:
    """Return the events of a file of JSON lines.

    Raises:
        AnswersError: a line is not {"at", "event", "text"} with a known event and a time.

    """
    found = []
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise AnswersError(f"{file} cannot be read: {error.strerror}") from error
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                found.append(_event(json.loads(line), file))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                known = ", ".join(MOMENTS)
                raise AnswersError(
                    f"{file}:{number}: not a valid record: {error}",
                    hint=f'{{"at": "2026-03-03T09:20:00Z", "event": …, "text": …}}: {known}',
                ) from error
    return found


def timeline(text: str) -> tuple[str, ...]:
    """Return the rows of the timeline that have a time."""
    found = []
    _, _, table = text.partition(_HEAD)
    for line in table.splitlines()[2:]:
        row = _ROW.match(line)
        if row is None:
            break
        if row["time"].strip():
            found.append(f"{row['time'].strip()} {row['what'].strip()}")
    return tuple(found)


def rows(events: Iterable[Event]) -> list[str]:
    """Return a row for each event; the first one of a moment has the time."""
    events = list(events)
    marks = _marks(events)
    found = []
    for number, event in enumerate(events):
        mark = f"**{marks[number]}**: " if number in marks else ""
        found.append(f"| {event.at:%H:%M} | {mark}{cell(event.text)} | {event.source} |")
    return found


def cell(text: str) -> str:
    """Return a text as a cell of a table has it."""
    return text.replace("|", "\\|")


def blaming(text: str, template: str) -> tuple[Blame, ...]:
    """Return the words that lead to a person, but in lines of the template."""
    ours = set(template.splitlines())
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line in ours:
            continue
        plain = line.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
        for word, instead in WORDS.items():
            if re.search(rf"\b{word}", plain):
                found.append(Blame(line=number, word=word, instead=instead))
    return tuple(found)


def _event(document: dict[str, Any], file: Path) -> Event:
    if document["event"] not in MOMENTS:
        raise ValueError(f"unknown event {document['event']!r}")
    at = datetime.datetime.fromisoformat(document["at"])
    if at.tzinfo is None:
        raise ValueError(f"{document['at']} has no time zone")
    return Event(
        at=at.astimezone(datetime.UTC),
        kind=document["event"],
        text=" ".join(str(document["text"]).split()),
        source=str(document.get("source", file.name)),
    )


def _commits(
    root: Path, began: datetime.datetime, ended: datetime.datetime, toolchain: Toolchain
) -> list[Event]:
    """Return the commits of that time; none outside a Git repository."""
    words = ("log", f"--since={began.isoformat()}", f"--until={ended.isoformat()}")
    done = Git(toolchain, root).attempt(*words, "--format=%cI%x09%h%x09%s")
    found = []
    for line in done.stdout.splitlines() if done.exit_code == 0 else ():
        at, name, subject = line.split("\t", 2)
        moment = datetime.datetime.fromisoformat(at).astimezone(datetime.UTC)
        found.append(Event(at=moment, kind="commit", text=subject, source=f"git {name}"))
    return found


def _filled(template: str, title: str, events: Sequence[Event]) -> str:
    lines = template.splitlines()
    lines[0] = f"# Post-mortem: {title}"
    start = lines.index(_HEAD) if _HEAD in lines else len(lines)
    end = start + 2
    while end < len(lines) and lines[end].startswith("|"):
        end += 1
    table = [_HEAD, "|---|---|---|", *rows(events)]
    day = f"| Date | {events[0].at:%Y-%m-%d} |"
    lines = [day if line.startswith("| Date |") else line for line in lines[:start]] + [
        *table,
        *lines[end:],
    ]
    return "\n".join(lines) + "\n"


def _marks(events: Sequence[Event]) -> dict[int, str]:
    """Return which event is which moment; it began with the last deployment before the alert."""
    marks: dict[int, str] = {}
    for number, event in enumerate(events):
        moment = MOMENTS[event.kind]
        if moment and moment not in marks.values():
            marks[number] = moment
    detected = next((number for number, mark in marks.items() if mark == "detected"), None)
    before = events[:detected] if detected is not None else []
    deploys = [number for number, event in enumerate(before) if event.kind == "deploy"]
    if deploys:
        marks[deploys[-1]] = "began"
    return marks
