"""Values that charts are given elsewhere: by Argo CD, Flux, Helmfile, a command."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from scaffolder.formats.regex import regex
from scaffolder.formats.yaml import load_all
from scaffolder.repository import files, helm_calls, reading
from scaffolder.repository.facts import applications, charts, used_values
from scaffolder.repository.facts.charts import KubernetesObject
from scaffolder.repository.project import Project
from scaffolder.repository.reading import listed

_SOURCES = (("spec",), ("spec", "template", "spec"))
"""Where an Application of Argo CD, and an ApplicationSet, has its sources."""


def given(project: Project, chart: Path) -> tuple[Any, ...]:
    """Return the tables of values that controllers and commands take for the chart in a folder."""
    told = project.once("values given to charts", lambda: _given(project)).get(chart, ())
    named = chain.from_iterable(one.values_files for one in helm_calls.of_chart(project, chart))
    return (*told, *(reading.table(project, file) for file in dict.fromkeys(named)))


def completed_by(project: Project, chart: Path) -> str:
    """Return what brings values for a chart, "" if nothing does."""
    if by := unknown_values_by(project, chart):
        return by
    if any(one.values_files for one in helm_calls.of_chart(project, chart) if one.chart):
        return "a command"
    return "a controller" if any(map(bool, given(project, chart))) else ""


def unknown_values_by(project: Project, chart: Path) -> str:
    """Return what gives a chart values that are in no file here, "" if nothing does."""
    if is_in_helmfile(project, chart):
        return "Helmfile"
    if chart in project.once("charts with valuesFrom", lambda: _with_values_from(project)):
        return "a HelmRelease"
    by = files.marketplace(project, chart) or applications.completing(project, chart)
    by = by or helm_calls.incomplete(project, chart)
    elsewhere = ("values elsewhere", chart)
    return by or project.once(elsewhere, lambda: _of_another_repository(project, chart))


_MANY = 5
"""Values that are nowhere: of fewer each may be a mistake."""


def _of_another_repository(project: Project, folder: Path) -> str:
    """Return "another repository" if most of the values that a chart uses are in no file here."""
    chart = next((one for one in charts.charts(project) if one.folder == folder), None)
    if chart is None:
        return ""
    used = {use.key for use in used_values.unguarded(project, chart)}
    tables = [one.values for one in chart.renderings]
    missing = [key for key in used if not any(_has(one, key.split(".")) for one in tables)]
    missing = [key for key in missing if not helm_calls.sets(project, folder, key)]
    is_most = len(missing) >= _MANY and 2 * len(missing) > len(used)
    return "another repository" if is_most else ""


def _has(values: Any, parts: list[str]) -> bool:
    for part in parts:
        if not isinstance(values, dict) or part not in values:
            return False
        values = values[part]
    return True


def is_in_helmfile(project: Project, chart: Path) -> bool:
    """Return whether Helmfile installs the chart in a folder: it takes values of its own files."""
    folders, names = project.once("charts of Helmfile", lambda: _of_helmfile(project))
    return chart in folders or chart.name in names


_OF_HELMFILE = regex(r"^\s*(?:-\s+)?chart:\s*[\"']?([\w./-]+?)/?[\"']?\s*$", re.MULTILINE)


def _of_helmfile(project: Project) -> tuple[frozenset[Path], frozenset[str]]:
    """Return the folders that releases name, and the names of charts by a way that may lead on."""
    folders, names = set(), set()
    for file in files.helmfiles(project):
        for name in _OF_HELMFILE.findall(project.text(file)):
            folders.add(project.relative((file.parent / name).as_posix()))
            if name.startswith(("./", "../")):
                names.add(Path(name).name)
    return frozenset(folders), frozenset(names)


def _with_values_from(project: Project) -> frozenset[Path]:
    """Return the charts whose HelmRelease takes values from a ConfigMap or a Secret."""
    return frozenset(
        project.relative(str(one.get("spec", "chart", "spec", "chart")).lstrip("/") or ".")
        for one in charts.objects(project)
        if one.api_version.startswith("helm.toolkit.fluxcd.io/") and one.get("spec", "valuesFrom")
    )


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
