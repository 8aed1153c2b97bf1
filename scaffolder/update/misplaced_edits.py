"""Whether an edit is still in its block after a merge that Git calls clean.

Git aligns lines. If the template changes a block and puts a similar one right after it, every
alignment of lines may carry an edit into the new one. This module sees it as a person does: by the
nearest line above the edit that occurs once, and the less indented headings above it, of which each
block has its own.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher

from scaffolder.formats.regex import regex
from scaffolder.update import blocks
from scaffolder.update.blocks import Blocks

LINES = 5000
"""Longer files are not looked at: aligning them takes seconds."""

_CONFLICT = regex(
    r"^<<<<<<< yours\n(?P<yours>(?:.*\n)*?)=======\n(?P<template>(?:.*\n)*?)>>>>>>> .*(?:\n|\Z)",
    re.MULTILINE,
)
_Found = Callable[[Blocks, Blocks, Blocks, Sequence[Blocks]], Iterator[object]]
"""A test of the last texts' blocks, given those of the base and the two sides."""


def doubtful(base: str, ours: str, theirs: str, result: str, *, page: bool = False) -> bool:
    """Return whether an edit is in another block in `result` than in `ours`.

    `page` tells whether the file is Markdown.
    """
    longest = max(len(text.splitlines()) for text in (base, ours, theirs, result))
    if longest > LINES:
        return False
    return _below_another_line(base, ours, result) or in_another_block(
        base, ours, theirs, result, page=page
    )


def in_another_block(base: str, ours: str, theirs: str, result: str, *, page: bool) -> bool:
    """Return whether a block of `result` differs from the lines of a correct merge.

    Correct are the lines that one side changed and the other left alone.

    So a line that came, and one that went, has to do so in its own block, and a new block is as its
    author wrote it.
    """
    return _every_way(
        base,
        ours,
        theirs,
        (result,),
        page,
        lambda old, mine, new, merged: blocks.differences(old, mine, new, *merged),
    )


def beside_a_conflict(base: str, ours: str, theirs: str, result: str, *, page: bool) -> bool:
    """Return whether an edit outside the markers of `result` is in another block.

    A person who resolves the conflict would not see it.

    With the template's side of each conflict, what people left alone is as the template has it;
    with theirs, what the template left alone is as they have it.
    """
    if max(
        len(text.splitlines()) for text in (base, ours, theirs, result)
    ) > LINES or not _CONFLICT.search(result):
        return False

    def found(
        old: Blocks, mine: Blocks, new: Blocks, settled: Sequence[Blocks]
    ) -> Iterator[object]:
        yield from blocks.changed(old, mine, new, settled[1])
        yield from blocks.changed(old, new, mine, settled[0])

    settled = tuple(_CONFLICT.sub(rf"\g<{side}>", result) for side in ("yours", "template"))
    return _every_way(base, ours, theirs, settled, page, found)


def _every_way(
    base: str, ours: str, theirs: str, results: tuple[str, ...], page: bool, found: _Found
) -> bool:
    """Return whether `found` holds for the blocks, with the team's lines as headings and without.

    People also write a line at the margin in the middle of a block, which ends nothing.
    """
    flat = not any(blocks.indented(text) for text in (base, ours, theirs, *results))
    for plain in (frozenset[str](), _stripped(ours) - _stripped(base)):
        old, mine, new, *merged = (
            blocks.of(text, flat=flat, page=page, plain=plain)
            for text in (base, ours, theirs, *results)
        )
        by_people, by_template = blocks.renamed(old, mine), blocks.renamed(old, new)
        named = [blocks.named(one, by_people | by_template) for one in merged]
        if not any(
            True
            for _ in found(
                old, blocks.named(mine, by_people), blocks.named(new, by_template), named
            )
        ):
            return False
    return True


def _stripped(text: str) -> frozenset[str]:
    return frozenset(line.strip() for line in text.splitlines())


def _below_another_line(base: str, ours: str, result: str) -> bool:
    """Whether a line that people wrote stands, in `result`, below another heading than in `ours`.

    The heading of a line is the nearest one above it that stands once in the file and was there
    before; a line of the template between the two that is not indented deeper than the heading
    begins another block.
    """
    before, edited, after = base.splitlines(), ours.splitlines(), result.splitlines()
    known, once = Counter(before), Counter(edited)
    places = Counter(after)
    for start, end in _written(before, edited):
        heading = next(
            (at for at in range(start - 1, -1, -1) if once[edited[at]] == known[edited[at]] == 1),
            None,
        )
        own = next(
            (at for at in range(start, end) if places[edited[at]] == 1 and not known[edited[at]]),
            None,
        )
        if heading is not None and own is not None and _apart(edited, after, heading, own):
            return True
    return False


def sides(ours: str, theirs: str, label: str) -> str:
    """Return both whole sides as a conflict; common lines at the start and end occur once."""
    left, right = ours.splitlines(keepends=True), theirs.splitlines(keepends=True)
    start = _common(left, right)
    end = _common(left[start:][::-1], right[start:][::-1])
    middle = ["<<<<<<< yours\n", *_ended(left[start : len(left) - end]), "=======\n"]
    middle += [*_ended(right[start : len(right) - end]), f">>>>>>> {label}\n"]
    return "".join([*left[:start], *middle, *left[len(left) - end :]])


def _written(before: list[str], edited: list[str]) -> Iterator[tuple[int, int]]:
    """The runs of lines that people wrote, as places in `edited`."""
    for kind, _, _, start, end in SequenceMatcher(
        None, before, edited, autojunk=False
    ).get_opcodes():
        if kind in {"insert", "replace"}:
            yield start, end


def _apart(edited: list[str], after: list[str], heading: int, own: int) -> bool:
    if edited[heading] not in after:
        return True
    top, place = after.index(edited[heading]), after.index(edited[own])
    if place < top:
        return True
    between = Counter(after[top + 1 : place]) - Counter(edited[heading + 1 : own])
    return any(line.strip() and _indent(line) <= _indent(edited[heading]) for line in between)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _common(left: list[str], right: list[str]) -> int:
    pairs = enumerate(zip(left, right, strict=False))
    return next((at for at, (one, other) in pairs if one != other), min(len(left), len(right)))


def _ended(lines: list[str]) -> list[str]:
    return [*lines[:-1], lines[-1].rstrip("\n") + "\n"] if lines else []
