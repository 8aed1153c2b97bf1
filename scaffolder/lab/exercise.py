"""An exercise: a generated repository with a fault, what is told of it, and when it is solved.

The files in `exercises/` are lists of entries:

    - id: two-javas                       # the name of its folder in lab-work
      title: It compiles, and it does not start
      situation: The symptom for the student. No word of the solution.
      task: The goal, and the parts that must stay.
      start: {fault: image-java-11}       # of the corpus; or {edits: […], answers: {…}}
      criteria:                           # of CRITERIA; `others` is added to each exercise
        - {kind: check, select: AG001, title: One Java everywhere}
        - {kind: unchanged, file: .java-version, title: The service is for Java 21}
        - {kind: holds, file: x.yaml, text: "kind: X", title: The autoscaler stays}
      hints: [where to look, what to compare]   # the third, the exact line, comes from the fault
      wrong: [{file: .java-version, old: "21", new: "11"}]   # a wrong fix, which stays red
      learnt: The lesson.
      question: One for the team.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from scaffolder.checks import faults
from scaffolder.checks.faults import Edit
from scaffolder.errors import ProjectError
from scaffolder.formats.regex import regex
from scaffolder.formats.yaml import data

CRITERIA = ("check", "unchanged", "holds", "others")
"""The kinds: a check passes, a file is as it was, a file has a text, all else passes."""

FAMILIES = (
    *("runtime", "network", "kubernetes", "monitoring"),
    *("pipeline", "environments", "security", "strategies"),
)
"""The files of exercises, in the order of the course."""

_KEYS = frozenset(
    (
        "id",
        "title",
        "situation",
        "task",
        "start",
        "criteria",
        "hints",
        "wrong",
        "learnt",
        "question",
    )
)
_ID = regex(r"[a-z][a-z0-9-]*")
_ENTRY = regex(r"^- id: (\S+)$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Criterion:
    """One thing that has to be true: `kind` is one of CRITERIA."""

    kind: str
    title: str
    select: str = ""
    file: str = ""
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """One exercise; see the head of this file."""

    id: str
    number: int
    family: str
    title: str
    situation: str
    task: str
    answers: Mapping[str, object]
    edits: tuple[Edit, ...]
    criteria: tuple[Criterion, ...]
    hints: tuple[str, ...]
    wrong: tuple[Edit, ...]
    learnt: str
    question: str

    @property
    def checks(self) -> frozenset[str]:
        """Return the ids of the checks that the criteria name."""
        return frozenset(one.select for one in self.criteria if one.kind == "check")


OTHERS = Criterion(kind="others", title="Nothing else is broken")
"""The last criterion of each exercise."""


@cache
def every() -> tuple[Exercise, ...]:
    """Return all exercises in their order.

    Raises:
        ValueError: an entry is not of the form at the head of this file.

    """
    known = {fault.name: fault for fault in faults.every()}
    found = tuple(_exercise(entry, known.get(_fault(entry))) for entry in _entries())
    ids = [one.id for one in found]
    for name in sorted({name for name in ids if ids.count(name) > 1}):
        raise ValueError(f"{name} is the id of two exercises")
    return found


def named(word: str) -> Exercise:
    """Return the exercise of an id or of a number, as in e7. Raises ProjectError if absent."""
    if found := find(word):
        return found
    raise ProjectError(f"unknown exercise {word!r}", hint="scaffold lab list --all")


def find(word: str) -> Exercise | None:
    """Return the exercise of an id or of a number, None if absent; no other file is parsed."""
    first = 1
    for family in FAMILIES:
        text = _text(family)
        ids = _ENTRY.findall(text)
        for number, name in enumerate(ids, first):
            if word in {name, f"e{number}"}:
                entry = _parsed(family, text, first)[number - first]
                return _exercise(entry, faults.named(_fault(entry)))
        first += len(ids)
    return None


@dataclass(frozen=True, kw_only=True)
class _Entry:
    """An entry of a file, as it is written there."""

    family: str
    number: int
    values: dict[str, Any]


def _entries() -> Iterator[_Entry]:
    first = 1
    for family in FAMILIES:
        parsed = _parsed(family, _text(family), first)
        yield from parsed
        first += len(parsed)


def _text(family: str) -> str:
    return (files(__package__) / "exercises" / f"{family}.yml").read_text(encoding="utf-8")


def _parsed(family: str, text: str, first: int) -> list[_Entry]:
    return [
        _Entry(family=family, number=number, values=values)
        for number, values in enumerate(data(text), first)
    ]


def _fault(entry: _Entry) -> str:
    """Return the name of the fault that an exercise starts from, "" if it has its own edits."""
    return str(entry.values["start"].get("fault", "")) if "start" in entry.values else ""


def _exercise(written: _Entry, fault: faults.Fault | None) -> Exercise:
    entry = written.values
    if problems := [*(_KEYS - entry.keys()), *(entry.keys() - _KEYS)]:
        raise ValueError(f"exercise {entry.get('id')}: missing or unknown: {', '.join(problems)}")
    if not _ID.fullmatch(entry["id"]):
        raise ValueError(f"{entry['id']!r} is not an exercise id")
    answers, edits = _start(entry["start"], fault)
    criteria = tuple(_criterion(one) for one in entry["criteria"])
    texts = {
        key: " ".join(entry[key].split())
        for key in ("title", "situation", "task", "learnt", "question")
    }
    return Exercise(
        id=entry["id"],
        number=written.number,
        family=written.family,
        answers=answers,
        edits=edits,
        criteria=(*criteria, OTHERS),
        hints=tuple(" ".join(hint.split()) for hint in entry["hints"]),
        wrong=tuple(faults.edit(one) for one in entry["wrong"]),
        **texts,
    )


def _start(
    start: dict[str, Any], fault: faults.Fault | None
) -> tuple[Mapping[str, object], tuple[Edit, ...]]:
    if "fault" in start:
        if fault is None:
            raise ValueError(f"unknown fault {start['fault']!r}")
        return fault.answers, fault.edits
    return start.get("answers", {}), tuple(faults.edit(one) for one in start["edits"])


def _criterion(entry: dict[str, str]) -> Criterion:
    criterion = Criterion(**entry)
    if criterion.kind not in CRITERIA:
        raise ValueError(f"{criterion.kind!r} is not a kind of criterion: {', '.join(CRITERIA)}")
    return criterion
