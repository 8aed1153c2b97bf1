"""Report to a trainer: the progress of each student, and the obstacles of the room."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from scaffolder.errors import ProjectError
from scaffolder.lab import work
from scaffolder.lab.work import Progress

_NOTHING = "nothing started"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One lab or exercise of one student; `stuck` is what was not green in most checks."""

    student: str
    unit: str
    word: str
    minutes: int | None
    checks: int
    hints: int
    stuck: str


@dataclass(frozen=True, kw_only=True)
class Room:
    """All rows, and the folders that hold no state, each with the reason."""

    rows: tuple[Row, ...]
    unreadable: tuple[tuple[str, str], ...]

    @property
    def stuck(self) -> tuple[tuple[str, str, int], ...]:
        """Return lab, criterion and the number of students who are red there, most first."""
        counts = Counter(
            (row.unit, row.stuck) for row in self.rows if row.stuck and not row.word.startswith("d")
        )
        return tuple((unit, title, number) for (unit, title), number in counts.most_common())


def read(folders: Iterable[Path]) -> Room:
    """Return the state of each folder: a lab-work, or the one that holds it."""
    rows: list[Row] = []
    unreadable: list[tuple[str, str]] = []
    for folder in folders:
        place = folder / work.FOLDER if (folder / work.FOLDER).is_dir() else folder
        student = folder.parent.name if folder.name == work.FOLDER.name else folder.name
        try:
            known = work.load(place).exercises
        except ProjectError as error:
            unreadable.append((student, error.message))
            continue
        if not known:
            unreadable.append((student, _NOTHING))
        rows += [_row(student, name, progress) for name, progress in known.items()]
    return Room(rows=tuple(rows), unreadable=tuple(unreadable))


def document(room: Room) -> dict[str, Any]:
    """Return the report for programs."""
    return {
        "version": 1,
        "rows": [vars(row) for row in room.rows],
        "stuck": [
            {"unit": unit, "criterion": title, "students": number}
            for unit, title, number in room.stuck
        ],
        "unreadable": [{"student": name, "reason": reason} for name, reason in room.unreadable],
    }


def _row(student: str, name: str, progress: Progress) -> Row:
    red = Counter(chain.from_iterable(check["red"] for check in progress.checks))
    return Row(
        student=student,
        unit=name,
        word=progress.word,
        minutes=_minutes(progress),
        checks=len(progress.checks),
        hints=progress.hints,
        stuck=red.most_common(1)[0][0] if red else "",
    )


def _minutes(progress: Progress) -> int | None:
    """Return the minutes from the start to the first check without red, None if there is none."""
    for check in progress.checks:
        if not check["red"]:
            began = datetime.datetime.fromisoformat(progress.started)
            ended = datetime.datetime.fromisoformat(check["at"])
            return round((ended - began).total_seconds() / 60)
    return None
