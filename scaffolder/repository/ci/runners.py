"""The hosted machines that a matrix names: they reach `runs-on` or `vmImage` by a variable."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scaffolder.formats.regex import regex
from scaffolder.formats.yaml import tables
from scaffolder.repository.project import Project
from scaffolder.repository.reading import documents, line_of

_LABEL = regex(r"(?:ubuntu|macos|windows)-\d[\d.]*")


def runners_in_matrices(project: Project, file: Path) -> Iterator[tuple[str, int]]:
    """Yield the label and the line of each hosted machine that a strategy of the pipeline names."""
    if "matrix" not in project.text(file):
        return
    for holder in tables(documents(project, file)):
        if "strategy" in holder:
            yield from _labels(holder["strategy"], line_of(holder, "strategy"))


def _labels(value: Any, line: int, depth: int = 0) -> Iterator[tuple[str, int]]:
    if isinstance(value, str) and _LABEL.fullmatch(value):
        yield value, line
    elif depth < 10 and isinstance(value, dict):
        for key, inner in value.items():
            yield from _labels(inner, line_of(value, key), depth + 1)
    elif depth < 10 and isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _labels(inner, line_of(value, number), depth + 1)
