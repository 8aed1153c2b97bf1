"""Find the files that Terraform renders first, so that their names do not apply yet."""

from __future__ import annotations

import re
from fnmatch import fnmatch
from pathlib import Path

from scaffolder.formats.regex import regex
from scaffolder.repository import files, reading
from scaffolder.repository.project import Project

_DIRECTIVE = regex(r"^\s*%\{~? *(?:if|for|else|endif|endfor)\b", re.MULTILINE)


def without(project: Project, found: tuple[Path, ...]) -> tuple[Path, ...]:
    """Return the files that Terraform does not render first."""
    return tuple(file for file in found if not is_one(project, file))


def is_one(project: Project, file: Path) -> bool:
    """Return whether Terraform renders `file`: by templatefile(), or for its directives."""
    name = file.as_posix()
    if any(
        fnmatch(name, pattern) for pattern in project.once("templatefile", lambda: _given(project))
    ):
        return True
    return bool(files.terraform(project)) and _DIRECTIVE.search(project.text(file)) is not None


def _given(project: Project) -> frozenset[str]:
    """Return the paths that templatefile() reads, as shell patterns.

    The value of a loop variable may be anything.
    """
    patterns = set()
    for file in files.terraform(project):
        for argument in reading.templates_of(project, file):
            path = re.sub(r"^\$\{path\.(?:module|root|cwd)\}/", "", argument)
            named = file.parent / re.sub(r"\$\{[^}]*\}", "*", path)
            patterns.add(project.relative(named.as_posix()).as_posix())
    return frozenset(patterns)
