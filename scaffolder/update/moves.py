"""Files that one side of a merge put somewhere else: found, and made on the other sides as well."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from scaffolder.tools.git import Git
from scaffolder.update.merge_repository import Workshop, entries

_AS_MANY_AS_A_MERGE = "-l7000"
"""The number of files beyond which Git looks only for moves without an edit.

`git diff` alone would stop at 1,000.
"""


def between(git: Git, base: str, side: str) -> dict[str, str]:
    """Return the moves of one side: old path → new path."""
    if base == side:
        return {}
    before, after = entries(git, base).keys(), entries(git, side).keys()
    if before <= after or after <= before:  # nothing came, or nothing went
        return {}
    found = ("-r", "-z", "--find-renames", _AS_MANY_AS_A_MERGE, "--diff-filter=R", "--name-status")
    words = iter(git("diff-tree", *found, base, side).split("\0"))
    next_word: Callable[[], str] = lambda: next(words, "")  # noqa: E731
    moves = {}
    while next_word():
        old = next_word()
        moves[old] = next_word()
    return moves


def by_names(
    git: Git, base: str, ours: str, theirs: str, names: Mapping[str, str]
) -> dict[str, str]:
    """Return the template's moves by a changed name, into free places: old path → new path.

    `names` are old name → new name; a folder or a file has one of them.
    """
    if not names:
        return {}
    old, here, new = entries(git, base), entries(git, ours), entries(git, theirs)
    paths = {
        path: "/".join(names.get(part, part) for part in path.split("/"))
        for path in old.keys() - new.keys()
    }
    return {
        path: to for path, to in paths.items() if to in new and to not in old and to not in here
    }


def made(work: Workshop, tree: str, moves: Mapping[str, str]) -> str:
    """`tree` with those of its files that are to be moved at their new places."""
    there = entries(work.git, tree) if moves else {}
    moved = {at: to for at, to in moves.items() if at in there}
    return (
        work.edited(tree, {**dict.fromkeys(moved), **{to: there[at] for at, to in moved.items()}})
        if moved
        else tree
    )
