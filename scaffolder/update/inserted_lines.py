"""Merge lines that the template inserts beside lines that people edited in place.

Git asks about changes that touch, even where one side filled in a row and the other put a row below
it: `scaffold add environment` does that to every table of environments. Here an insertion and an
edit meet only if they are at the same place. Everything else is left to Git.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

LINES = 5000
"""Longer files are left to Git: aligning them takes seconds."""


@dataclass
class _Edits:
    """The edits of one side: its line in the place of each, and those before each."""

    in_place: dict[int, str] = field(default_factory=dict)
    inserted: dict[int, list[str]] = field(default_factory=dict)


def merged(base: str, ours: str, theirs: str) -> str | None:
    """Return the three texts merged, or None if a side did anything but edit in place or insert.

    The template may only insert; people may edit lines in place, and insert elsewhere.
    """
    old = base.splitlines(keepends=True)
    sides = [text.splitlines(keepends=True) for text in (ours, theirs)]
    if max(len(old), *(len(side) for side in sides)) > LINES:
        return None
    mine, new = (_edits(old, side) for side in sides)
    if mine is None or new is None or mine.inserted.keys() & new.inserted.keys():
        return None
    if any(mine.in_place.get(at, line) != line for at, line in new.in_place.items()):
        return None
    lines: list[str] = []
    for at, line in enumerate([*old, ""]):
        lines += mine.inserted.get(at, []) or new.inserted.get(at, [])
        lines.append(new.in_place.get(at) or mine.in_place.get(at, line))
    return "".join(lines)


def _edits(old: Sequence[str], new: Sequence[str]) -> _Edits | None:
    """Return how `new` differs from `old`; None if a number of lines took the place of another."""
    found = _Edits()
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for kind, first, end, new_first, new_end in matcher.get_opcodes():
        if kind == "insert":
            found.inserted[first] = list(new[new_first:new_end])
        elif kind == "replace" and end - first == new_end - new_first:
            found.in_place |= dict(zip(range(first, end), new[new_first:new_end], strict=True))
        elif kind != "equal":
            return None
    return found
