"""Values that charts are given elsewhere than in files of values: by Argo CD, Flux, Helmfile."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scaffolder.formats.yaml import load_all
from scaffolder.repository import files, reading
from scaffolder.repository.facts import applications, charts
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
    if by := unknown_values_by(project, chart):
        return by
    return "a controller" if any(map(bool, given(project, chart))) else ""


def unknown_values_by(project: Project, chart: Path) -> str:
    """Return what gives a chart values that are in no file here, "" if nothing does."""
    return project.once(
        ("unknown values", chart),
        lambda: (
            "Helmfile"
            if is_in_helmfile(project, chart)
            else applications.completing(project, chart) or _flux_from(project, chart)
        ),
    )


def is_in_helmfile(project: Project, chart: Path) -> bool:
    """Return whether Helmfile installs the chart in a folder: it takes values of its own files."""
    return any(
        _names(project, file, name, chart)
        for file in files.helmfiles(project)
        for name in _OF_HELMFILE.findall(project.text(file))
    )


_OF_HELMFILE = re.compile(r"^\s*(?:-\s+)?chart:\s*[\"']?([\w./-]+?)/?[\"']?\s*$", re.MULTILINE)


def _names(project: Project, file: Path, name: str, chart: Path) -> bool:
    """Return whether a release of Helmfile has a chart: `./web`, or a folder `charts/web`."""
    if project.relative((file.parent / name).as_posix()) == chart:
        return True
    return name.startswith(("./", "../")) and Path(name).name == chart.name


def _flux_from(project: Project, chart: Path) -> str:
    """Return the HelmRelease that takes values from a ConfigMap or a Secret for a chart, or ""."""
    for one in charts.objects(project):
        named = one.get("spec", "chart", "spec", "chart")
        if (
            one.api_version.startswith("helm.toolkit.fluxcd.io/")
            and isinstance(named, str)
            and one.get("spec", "valuesFrom")
            and project.relative(named.lstrip("/") or ".") == chart
        ):
            return "a HelmRelease"
    return ""


def _given(project: Project) -> dict[Path, list[Any]]:
    found: dict[Path, list[Any]] = {}
    for one in charts.objects(project):
        for folder, values in (*_of_argo(project, one), *_of_flux(project, one)):
            found.setdefault(project.relative(folder.lstrip("/") or "."), []).append(values)
    return found


def _of_argo(project: Project, one: KubernetesObject) -> Iterator[tuple[str, Any]]:
    if not one.api_version.startswith("argoproj.io/"):
        return
    for way in _SOURCES:
        for source in (one.get(*way, "source"), *listed(one.get(*way, "sources"))):
            helm = source.get("helm") if isinstance(source, dict) else None
            if isinstance(helm, dict) and isinstance(source.get("path"), str):
                yield source["path"], helm.get("valuesObject")
                yield source["path"], _parsed(helm.get("values"))
                for name in listed(helm.get("valueFiles")):
                    for file in applications.values_files(project, source["path"], str(name)):
                        yield source["path"], reading.table(project, file)
                for parameter in listed(helm.get("parameters")):
                    if isinstance(parameter, dict):
                        yield source["path"], _nested(str(parameter.get("name", "")))


def _of_flux(project: Project, one: KubernetesObject) -> Iterator[tuple[str, Any]]:
    chart = one.get("spec", "chart", "spec", "chart")
    if one.api_version.startswith("helm.toolkit.fluxcd.io/") and isinstance(chart, str):
        yield chart, one.get("spec", "values")
        for name in listed(one.get("spec", "chart", "spec", "valuesFiles")):
            for file in applications.values_files(project, "", str(name)):
                yield chart, reading.table(project, file)


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
