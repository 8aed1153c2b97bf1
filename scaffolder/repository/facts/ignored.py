"""Which paths Git leaves out: what programs make on each machine."""

from __future__ import annotations

from itertools import chain

from scaffolder.repository import files
from scaffolder.repository.excluded import Excluded
from scaffolder.repository.project import Project


def of(project: Project) -> Excluded:
    """Return what Git leaves out; patterns of a file below the root are read as if it were there.

    More is left out in this way than Git leaves out, never less.
    """
    return project.once("ignored by Git", lambda: _read(project))


def _read(project: Project) -> Excluded:
    lines = map(str.strip, chain.from_iterable(map(project.lines, files.ignore_files(project))))
    patterns = [line for line in lines if line and not line.startswith(("#", "!"))]
    return Excluded(pattern.lstrip("/") for pattern in patterns)
