"""Tell a name that is misspelt from one that means something else."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path

from scaffolder.formats.regex import regex
from scaffolder.repository.project import Project

_WORD = regex(r"[^A-Za-z0-9]+")
_LEAST_ALIKE = 0.75
"""How alike two words have to be for one to be the other, misspelt."""
_SHORTEST = 4
"""Letters of a word that can be told from another: api and app are two."""


def is_slip(written: str, right: str) -> bool:
    """Return whether one name is the other with a slip in one word, or with another joint.

    Names with other digits are two names, and so are those in which a whole word differs.
    """
    if written == right or _digits(written) != _digits(right):
        return False
    ours, theirs = (_WORD.split(name.lower()) for name in (written, right))
    if "".join(ours) == "".join(theirs):
        return True
    if len(ours) != len(theirs):
        return False
    pairs = [pair for pair in zip(ours, theirs, strict=True) if pair[0] != pair[1]]
    if len(pairs) != 1:
        return False
    one, other = pairs[0]
    if max(len(one), len(other)) < _SHORTEST:
        return False
    return difflib.SequenceMatcher(None, one, other).ratio() >= _LEAST_ALIKE


def meant(written: str, names: Iterable[str]) -> str:
    """Return the only one of `names` that is written with a slip, "" if there are none or more."""
    found = sorted({name for name in names if is_slip(written, name)})
    return found[0] if len(found) == 1 else ""


def meant_path(project: Project, path: Path) -> Path | None:
    """Return the file or folder that a path with one misspelt part means, None if that is unclear.

    The parts before it lead to a folder, and those after it to what is in the one that is meant.
    """
    for at, part in enumerate(path.parts):
        before = Path(*path.parts[:at])
        if _is_there(project, before / part):
            continue
        name = meant(part, _inside(project, before))
        right = before / name / Path(*path.parts[at + 1 :])
        return right if name and _is_there(project, right) else None
    return None


def _is_there(project: Project, path: Path) -> bool:
    return project.has(path) or path in project.folders


def _inside(project: Project, folder: Path) -> frozenset[str]:
    """Return the names of the files and folders that a folder holds itself."""

    def names() -> dict[Path, set[str]]:
        found: dict[Path, set[str]] = {}
        for path in (*project.files, *project.folders):
            found.setdefault(path.parent, set()).add(path.name)
        return found

    return frozenset(project.once("names by folder", names).get(folder, ()))


def _digits(name: str) -> str:
    """Return the digits of a name: web-1 and web-2 are two."""
    return "".join(filter(str.isdigit, name))
