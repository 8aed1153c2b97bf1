"""The lines of pages that tell how to work on a repository: prose and commands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scaffolder.formats.regex import regex
from scaffolder.model import Location
from scaffolder.repository import files
from scaffolder.repository.facts import documents, services
from scaffolder.repository.project import Project

PROSE, SHELL = "prose", "shell"

_HEADING = regex(r"(#{1,6})\s+(.*?)\s*#*$")
_ITEM = regex(r"\s*(?:[-*+]|\d+[.)]|\|)\s*")
_OF_THE_SERVICE = frozenset({"app", "src", "backend", "server", "service", "api"})
"""Folders with the source of the only service."""

_OTHER_TIMES = regex(
    r"changelog|history|release notes?|what'?s new|upgrad|migrat|roadmap|acknowledg|related"
    r"|licen[cs]e"
    r"|\bfaq\b|trouble|known (?:issue|problem|limit)|\btested (?:with|on|against)|compatib"
    r"|supported|matrix"
    r"|examples?\b|tutorial|alternativ|previous|legacy|clients?\b|\bsdks?\b|benchmark"
    r"|comparison|credits"
    r"|resources|references|further|see also|decision|background",
    re.IGNORECASE,
)
"""Headings of sections about other times, other projects, or many versions at once."""


_OF_A_REPOSITORY = regex(r"\b([a-z][\w-]+) repo(?:sitory)?\b", re.IGNORECASE)
"""A heading over steps in a repository: "Kubeflow repo"."""


@dataclass(frozen=True, kw_only=True)
class GuideLine:
    """A line of a page: `kind` is PROSE or SHELL, `service` the folder of the service it is about.

    `introduced` has the nearest heading and the line that introduces a list, for an entry of one.
    `folder` is where a reader types a command: "." or that of the page.
    """

    place: Location
    text: str
    kind: str
    service: Path
    introduced: str


def lines(project: Project) -> tuple[GuideLine, ...]:
    """Return the lines of all pages that speak of a service of the repository as it is now."""
    return project.once("lines of guides", lambda: tuple(_lines(project)))


def _lines(project: Project) -> Iterator[GuideLine]:
    for file in files.guides(project):
        service = _service(project, file)
        if service is not None:
            yield from _of_page(project, file, service)


def _service(project: Project, file: Path) -> Path | None:
    """Return the folder of the service that a page is about; None if it is about a part of one."""
    known = project.once("folders of services", lambda: frozenset(services.folders(project)))
    of_charts = project.once("folders of all charts", lambda: frozenset(files.charts(project)))
    folder = file.parent
    while folder.name in {"docs", ".github"}:
        folder = folder.parent
    if "docs" in folder.parts:
        folder = Path(*folder.parts[: folder.parts.index("docs")])
    if folder in known or folder == services.HERE:
        return folder
    if folder in of_charts:
        return services.HERE
    is_source = len(folder.parts) == 1 and folder.name in _OF_THE_SERVICE
    return services.HERE if is_source and known <= {services.HERE} else None


def _of_page(project: Project, file: Path, service: Path) -> Iterator[GuideLine]:
    headings: list[tuple[int, str]] = []
    intro, in_comment, of_other_times = "", False, False
    for number, text, kind in documents.lines(project, file):
        if kind == "other":
            continue
        kind = PROSE if kind == PROSE else SHELL
        starts = "<!--" in text
        if in_comment or starts:
            in_comment = (in_comment or starts) and "-->" not in text
            continue
        if kind == PROSE and (found := _HEADING.match(text)):
            headings = [one for one in headings if one[0] < len(found[1])]
            headings.append((len(found[1]), found[2]))
            of_other_times = any(
                _OTHER_TIMES.search(heading) or _is_of_another(project, file, heading)
                for _, heading in headings
            )
            intro = ""
            continue
        if of_other_times:
            continue
        is_item = kind == PROSE and _ITEM.match(text) is not None
        if kind == PROSE and text.strip() and not is_item:
            intro = text
        heading = headings[-1][1] if headings else ""
        yield GuideLine(
            place=Location(path=file, line=number, text=text.strip()[:160]),
            text=text,
            kind=kind,
            service=service,
            introduced=f"{heading} {intro}" if is_item else "",
        )


def _is_of_another(project: Project, file: Path, heading: str) -> bool:
    """Return whether a heading names another repository, to which the page has a link."""
    own = project.root.name.lower()
    named = {name.lower() for name in _OF_A_REPOSITORY.findall(heading)}
    return any(
        re.search(rf"git(?:hub|lab)\.com/[\w./-]*/{re.escape(name)}\b", project.text(file).lower())
        for name in named
        if name not in own
    )
