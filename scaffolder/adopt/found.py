"""One thing that was found in a repository, and how it is looked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scaffolder.model import Location
from scaffolder.repository.project import Project
from scaffolder.repository.reading import place


@dataclass(frozen=True, kw_only=True)
class Found:
    """A detected property: its value, its place, and a note for the user."""

    name: str
    value: str
    places: tuple[Location, ...] = ()
    note: str = ""


def matches(
    project: Project, files: tuple[Path, ...], pattern: str
) -> Iterator[tuple[Location, str]]:
    """Yield each line of `files` that matches `pattern`.

    With its first group that took part, or the whole match.
    """
    expression = re.compile(pattern)
    for file in files:
        for number, line in enumerate(project.lines(file), 1):
            if found := expression.search(line[:500]):
                yield (
                    place(project, file, number),
                    next((one for one in found.groups() if one), found[0]),
                )


def there(name: str, value: str, files: tuple[Path, ...] | list[Path]) -> Found | None:
    """Return a property that these files prove; None without any."""
    places = tuple(Location(path=file) for file in files)
    return Found(name=name, value=value, places=places) if places else None


def by_weight(file: Path) -> tuple[int, bool, Path]:
    """Sort files for the service to the front: near the root, a Dockerfile without a suffix."""
    return len(file.parts), file.name != "Dockerfile", file
