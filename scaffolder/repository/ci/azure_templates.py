"""Expand the templates of Azure Pipelines, and the parts that an expression includes.

https://learn.microsoft.com/azure/devops/pipelines/process/templates
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scaffolder.formats.yaml import tables
from scaffolder.repository.project import Project
from scaffolder.repository.reading import listed, table

_DEEPEST = 10
"""Templates within templates; Azure allows 100 files in all."""


def flat(parts: Any, depth: int = 0) -> list[Any]:
    """Return a list with the entries that `${{ if … }}:` and `${{ each … }}:` let in."""
    found: list[Any] = []
    for part in listed(parts):
        inner = list(part.values()) if isinstance(part, dict) and len(part) == 1 else []
        if inner and str(next(iter(part))).startswith("${{") and isinstance(inner[0], list):
            found += flat(inner[0], depth + 1) if depth < _DEEPEST else []
        else:
            found.append(part)
    return found


def called(project: Project, file: Path, call: dict[Any, Any]) -> Path | None:
    """Return the template that an entry calls; None if it is unknown or of another repository."""
    name = str(call.get("template", ""))
    if not name or "@" in name or "$" in name:
        return None
    folder = Path() if name[:1] == "/" else file.parent
    path = project.relative((folder / name.lstrip("/")).as_posix())
    return path if project.has(path) else None


def inside(project: Project, file: Path, part: Any, depth: int = 0) -> Iterator[dict[Any, Any]]:
    """Yield each table in a part, and in the templates of the repository that it calls."""
    for one in tables(part):
        yield one
        path = called(project, file, one) if "template" in one and depth < _DEEPEST else None
        if path is not None:
            yield from inside(project, path, table(project, path), depth + 1)
