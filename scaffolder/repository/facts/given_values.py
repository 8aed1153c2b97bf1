"""Values that charts are given elsewhere than in files of values: by Argo CD, Flux, Helmfile."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scaffolder.formats.yaml import load_all
from scaffolder.repository import files
from scaffolder.repository.facts import charts
from scaffolder.repository.facts.charts import KubernetesObject
from scaffolder.repository.project import Project
from scaffolder.repository.reading import listed

_SOURCES = (("spec",), ("spec", "template", "spec"))
"""Where an Application of Argo CD, and an ApplicationSet, has its sources."""


def given(project: Project, chart: Path) -> tuple[Any, ...]:
    """Return the tables of values that controllers are told for the chart in a folder."""
    return tuple(project.once("values given to charts", lambda: _given(project)).get(chart, ()))


def completed_by(project: Project, chart: Path) -> str:
    """Return what brings values for a chart, "" if nothing does."""
    if is_in_helmfile(project, chart):
        return "Helmfile"
    return "a controller" if any(map(bool, given(project, chart))) else ""


def is_in_helmfile(project: Project, chart: Path) -> bool:
    """Return whether Helmfile installs the chart in a folder: it takes values of its own files."""
    return any(_names(project.text(file), chart) for file in files.helmfiles(project))


def _names(text: str, chart: Path) -> bool:
    path = rf"(?:[\w./-]*/)?{re.escape(chart.name)}"
    return (
        re.search(rf"^\s*(?:-\s+)?chart:\s*[\"']?\.{{1,2}}/{path}/?[\"']?\s*$", text, re.M)
        is not None
    )


def _given(project: Project) -> dict[Path, list[Any]]:
    found: dict[Path, list[Any]] = {}
    for one in charts.objects(project):
        for folder, values in (*_of_argo(one), *_of_flux(one)):
            found.setdefault(project.relative(folder.lstrip("/") or "."), []).append(values)
    return found


def _of_argo(one: KubernetesObject) -> Iterator[tuple[str, Any]]:
    if not one.api_version.startswith("argoproj.io/"):
        return
    for way in _SOURCES:
        for source in (one.get(*way, "source"), *listed(one.get(*way, "sources"))):
            helm = source.get("helm") if isinstance(source, dict) else None
            if isinstance(helm, dict) and isinstance(source.get("path"), str):
                yield source["path"], helm.get("valuesObject")
                yield source["path"], _parsed(helm.get("values"))
                for parameter in listed(helm.get("parameters")):
                    if isinstance(parameter, dict):
                        yield source["path"], _nested(str(parameter.get("name", "")))


def _of_flux(one: KubernetesObject) -> Iterator[tuple[str, Any]]:
    chart = one.get("spec", "chart", "spec", "chart")
    if one.api_version.startswith("helm.toolkit.fluxcd.io/") and isinstance(chart, str):
        yield chart, one.get("spec", "values")


def _parsed(text: Any) -> Any:
    import yaml

    try:
        return next(iter(load_all(text)), None) if isinstance(text, str) else None
    except yaml.YAMLError:
        return None


def _nested(name: str) -> Any:
    """Return the table that a parameter such as `image.tag` sets."""
    value: Any = ""
    for part in reversed(name.split(".")):
        value = {part: value}
    return value
