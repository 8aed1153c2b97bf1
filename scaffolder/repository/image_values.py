"""Where an image that a chart renders is written: in its values, or in the template."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scaffolder.model import Location
from scaffolder.repository import files
from scaffolder.repository.environments import beside
from scaffolder.repository.image_tags import name_of, tag_of
from scaffolder.repository.kubernetes_objects import REPOSITORY, KubernetesObject
from scaffolder.repository.project import Project
from scaffolder.repository.reading import line_of, tables


def place_of(project: Project, item: KubernetesObject, container: dict[Any, Any]) -> Location:
    """Return the line that names the image of a container, line 0 if it cannot be told."""
    chart = next(
        (folder for folder in item.path.parents if project.has(folder / "Chart.yaml")), None
    )
    image = str(container["image"])
    if chart is None or not files.is_template(project, item.path):
        return Location(path=item.path, line=line_of(container, "image"))
    own = beside(project, chart).get(item.environment)
    values = (*([own] if own else ()), *files.values_files(project, chart))
    for file in dict.fromkeys(values):
        for line in _lines(project, file, image):
            return Location(path=file, line=line)
    return Location(path=item.path, line=_in_template(project, item.path, image))


def _lines(project: Project, file: Path, image: str) -> Iterator[int]:
    """Yield the line of each table of values that makes the image: at its tag, else its name."""
    name, tag = name_of(image), tag_of(image)
    for value in tables(project, file):
        if value.get("image") == image:
            yield line_of(value, "image")
        repository = str(value.get("repository") or value.get("name") or "")
        registry = str(value.get("registry") or "")
        full = f"{registry}/{repository}" if registry else repository
        given = full == name or (name == REPOSITORY and "repository" in value and not repository)
        if given and (tag == "" or str(value.get("tag") or tag) == tag):
            yield line_of(value, "tag") if value.get("tag") else line_of(value, "repository")


def _in_template(project: Project, template: Path, image: str) -> int:
    """Return the line of a template that names the image itself, else the first that sets one."""
    return project.line_of(template, image) or project.line_of(template, "image:")
