"""The lines around each place that a finding names, for the formats that show them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path

from scaffolder.model import Location, Result, Snippet, visible
from scaffolder.repository.project import Project

AROUND = 2
"""Lines before and after."""

WIDEST = 200
"""Characters of a line; a minified file is one line of a million."""

MOST = 2000
"""Places; a longer page has no reader."""

_SECRETS = "SEC"
"""The family whose findings may lie in lines that hold a secret: these are not repeated."""


def around(project: Project, results: Iterable[Result]) -> Mapping[Location, Snippet]:
    """Return the excerpt of each place; none for a whole file, or one that cannot be read."""
    places = dict.fromkeys(chain.from_iterable(map(_places, results)))
    found = ((place, _excerpt(project, place)) for place in list(places)[:MOST])
    return {place: excerpt for place, excerpt in found if excerpt}


def _places(result: Result) -> Iterator[Location]:
    if result.check.id.startswith(_SECRETS):
        return
    for finding in result.findings:
        for place in (finding.place, *finding.related):
            if place.line:
                yield Location(path=place.path, line=place.line)


def _excerpt(project: Project, place: Location) -> Snippet | None:
    if not project.has(place.path):
        return None
    first = max(1, place.line - AROUND)
    lines = _lines(project, place.path)[first - 1 : place.line + AROUND]
    return (
        Snippet(first=first, lines=tuple(visible(line[:WIDEST]) for line in lines))
        if lines
        else None
    )


def _lines(project: Project, file: Path) -> list[str]:
    try:
        return project.lines(file)
    except OSError:
        return []
