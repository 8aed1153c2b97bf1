"""Merge lines that the template inserts or takes away beside lines that people edited in place.

Git asks about changes that touch, even where one side filled in a row and the other put a row below
it: `scaffold add environment` does that to every table of environments. Here an insertion and an
edit meet only if they are at the same place. A line that both sides changed has both changes where
one of them is in the other, or is nothing but another alignment. Everything else is left to Git.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import product

from scaffolder.formats.regex import regex

LINES = 5000
"""Longer files are left to Git: aligning them takes seconds."""


ALIKE = 100
"""Larger blocks are not compared line by line."""
SAME = 0.6
"""The share of words that a line keeps when it is edited, and not another one."""

_WORD = regex(r"\w+|\W")
_ASSIGNED = regex(r"\s*\S+\s*(?==)")
"""The text before the sign of `name = value`."""


@dataclass
class _Edits:
    """The edits of one side: its line in place of each, those before it, those gone."""

    in_place: dict[int, str] = field(default_factory=dict)
    inserted: dict[int, list[str]] = field(default_factory=dict)
    deleted: set[int] = field(default_factory=set)


def merged(base: str, ours: str, theirs: str) -> str | None:
    """Return the three texts merged, or None if people did anything but edit in place or insert.

    The template may take away only what people left as it was.
    """
    old = base.splitlines(keepends=True)
    sides = [text.splitlines(keepends=True) for text in (ours, theirs)]
    if max(len(old), *(len(side) for side in sides)) > LINES:
        return None
    mine, new = (_edits(old, side) for side in sides)
    touched = mine.in_place.keys() | mine.inserted.keys()
    if mine.deleted or touched & new.deleted or mine.inserted.keys() & new.inserted.keys():
        return None
    lines: list[str] = []
    for at, line in enumerate([*old, ""]):
        lines += mine.inserted.get(at, []) or new.inserted.get(at, [])
        if at in new.deleted:
            continue
        together = _together(line, mine.in_place.get(at, line), new.in_place.get(at, line))
        if together is None:
            return None
        lines.append(together)
    return "".join(lines)


def certain(base: str, ours: str, theirs: str) -> bool:
    """Return whether each edit is at its place whatever is above it.

    People edited in place, and each line is there once in the base and in what the template has
    now, or the template has the same edit.
    """
    old, new = base.splitlines(keepends=True), theirs.splitlines(keepends=True)
    mine, changed = _edits(old, ours.splitlines(keepends=True)), _edits(old, new)
    if mine.inserted or mine.deleted:
        return False
    before, after = (Counter(" ".join(line.split()) for line in side) for side in (old, new))
    for at in mine.in_place:
        words = " ".join(old[at].split())
        is_kept = changed.in_place.get(at, old[at]).split() == words.split()
        if is_kept and (before[words], after[words]) != (1, 1):
            return False
    return True


def _edits(old: Sequence[str], new: Sequence[str]) -> _Edits:
    """Return how `new` differs from `old`; a line with another alignment is edited in place."""
    found = _Edits()
    before, after = ([" ".join(line.split()) for line in side] for side in (old, new))
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for kind, first, end, new_first, new_end in matcher.get_opcodes():
        if kind == "equal" or (kind == "replace" and end - first == new_end - new_first):
            both = zip(range(first, end), new[new_first:new_end], strict=True)
            found.in_place |= {at: line for at, line in both if line != old[at]}
            continue
        pairs = dict(_alike(old[first:end], new[new_first:new_end]))
        found.in_place |= {first + at: new[new_first + to] for at, to in pairs.items()}
        found.deleted |= {first + at for at in range(end - first) if at not in pairs}
        at_line = first
        for to in range(new_end - new_first):
            if to in pairs.values():
                at_line = first + 1 + next(at for at, there in pairs.items() if there == to)
            else:
                found.inserted.setdefault(at_line, []).append(new[new_first + to])
    return found


def _alike(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield the places of each line and of what it became, in their order."""
    if not old or not new or len(old) * len(new) > ALIKE:
        return
    scores = {
        (at, to): SequenceMatcher(None, _WORD.findall(one), _WORD.findall(other)).ratio()
        for (at, one), (to, other) in product(enumerate(old), enumerate(new))
    }
    at, to = max(scores, key=lambda pair: scores[pair])
    if scores[at, to] < SAME:
        return
    yield from _alike(old[:at], new[:to])
    yield at, to
    for later, there in _alike(old[at + 1 :], new[to + 1 :]):
        yield at + 1 + later, to + 1 + there


def _together(base: str, mine: str, new: str) -> str | None:
    """Return one line for both changes; None if neither is in the other."""
    if base.split() == mine.split():
        return new
    if base.split() == new.split():
        return _aligned(mine, new)
    if mine == new or _words_changed(base, mine) <= _words_changed(base, new):
        return new
    return None


def _aligned(mine: str, new: str) -> str:
    """Return what people wrote with the alignment of the template's line."""
    here, there = _ASSIGNED.match(mine), _ASSIGNED.match(new)
    if not here or not there or here[0].split() != there[0].split():
        return mine
    return there[0] + mine[here.end() :]


def _words_changed(old: str, new: str) -> set[tuple[int, int, str]]:
    """Return each place of `old` that has other words in `new`, with these."""
    before, after = _WORD.findall(old), _WORD.findall(new)
    opcodes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    return {
        (first, end, "".join(after[new_first:new_end]))
        for kind, first, end, new_first, new_end in opcodes
        if kind != "equal"
    }
