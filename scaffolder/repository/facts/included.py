"""Parts of Makefiles: in which folder the recipes of a part that others include run."""

from __future__ import annotations

import re
from pathlib import Path

from scaffolder.formats.regex import regex
from scaffolder.repository import files
from scaffolder.repository.project import Project

_INCLUDE = regex(r"^[ \t]*[-s]?include[ \t]+(.+?)[ \t]*(?:#.*)?$", re.MULTILINE)
_VARIABLE = regex(r"\$\([^()]*(?:\([^()]*\)[^()]*)*\)|\$\{[^}]*\}")


def folder_of(project: Project, file: Path) -> Path | None:
    """Return the folder that recipes of a Makefile run in: that of the Makefile that includes it.

    None if several folders include it, or if none is known to.
    """
    folders = _folders(project, file, ())
    if not folders and file.suffix != ".mk":
        return file.parent
    return folders.pop() if len(folders) == 1 else None


def _folders(project: Project, file: Path, above: tuple[Path, ...]) -> set[Path]:
    """Return the folders of the Makefiles that include a part, directly or by another part."""
    found: set[Path] = set()
    for one in _including(project).get(file, ()):
        if one not in above and one != file:
            inner = _folders(project, one, (*above, file))
            found |= inner or ({one.parent} if one.suffix != ".mk" else set())
    return found


def _including(project: Project) -> dict[Path, set[Path]]:
    """Return who includes each part; a path of variables is known by how it ends."""
    return project.once("includes of Makefiles", lambda: _read(project))


def _read(project: Project) -> dict[Path, set[Path]]:
    found: dict[Path, set[Path]] = {}
    parts = files.make_files(project)
    for file in parts:
        for line in _INCLUDE.findall(project.text(file)):
            for name in _VARIABLE.sub("*", line).split():
                for part in _named(project, parts, file, name):
                    found.setdefault(part, set()).add(file)
    return found


def _named(project: Project, parts: tuple[Path, ...], file: Path, name: str) -> list[Path]:
    """Return the parts that an include names: from the folder of make, which is often the root."""
    if "*" not in name:
        bases = (file.parent, Path())
        paths = [project.relative((base / name).as_posix()) for base in bases]
        return [path for path in paths if path in parts][:1]
    end = name.rpartition("*")[2]
    if name.rstrip("*").endswith("/") or "/" not in end:  # scripts/*.mk, $(wildcard *.mk)
        pattern = name.lstrip("*/")
        return [part for part in parts if part != file and part.match(pattern or "*.mk")]
    return [part for part in parts if part.as_posix().endswith(end.lstrip("/"))]
