"""Render Helm charts for each environment without Helm, and read plain Kubernetes objects."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from scaffolder.formats import Unreadable, gotemplate
from scaffolder.formats.yaml import load_all
from scaffolder.repository import environments, files, helm_calls, kubernetes_objects, reading
from scaffolder.repository.kubernetes_objects import (
    LONG_RUNNING,
    WITH_PODS,
    KubernetesObject,
    dig,
    texts,
)
from scaffolder.repository.project import Project
from scaffolder.repository.reading import Unread

__all__ = [
    "LONG_RUNNING",
    "WITH_PODS",
    "Chart",
    "KubernetesObject",
    "Rendering",
    "charts",
    "dig",
    "merged",
    "objects",
    "rendered_with",
    "texts",
    "unread",
]


@dataclass(frozen=True, kw_only=True)
class Rendering:
    """A chart in one environment ("" for its own values alone): values with places, and objects."""

    environment: str
    values_files: tuple[Path, ...]
    values: dict[Any, Any]
    objects: tuple[KubernetesObject, ...]


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A chart and its renderings; `unread` names the templates that could not be filled in."""

    folder: Path
    metadata: dict[Any, Any]
    renderings: tuple[Rendering, ...]
    unread: tuple[Unread, ...]

    @property
    def name(self) -> str:
        """Return the name in Chart.yaml, else that of the folder."""
        return str(self.metadata.get("name") or self.folder.name)


def charts(project: Project) -> tuple[Chart, ...]:
    """Return every chart that installs something, except vendored ones."""
    return project.once("charts", lambda: tuple(_charts(project)))


def objects(project: Project) -> tuple[KubernetesObject, ...]:
    """Return every object of charts in each environment, of kustomizations and of manifests."""
    return project.once("objects", lambda: tuple(_objects(project)))


def unread(project: Project) -> tuple[Unread, ...]:
    """Templates, manifests and parts of kustomizations that could not be read."""
    of_charts = tuple(chain.from_iterable(chart.unread for chart in charts(project)))
    return (*of_charts, *kubernetes_objects.unread(project))


def _charts(project: Project) -> Iterator[Chart]:
    for folder in files.charts(project):
        file = folder / "Chart.yaml"
        if any(
            parent.name == "charts" and project.has(parent.parent / "Chart.yaml")
            for parent in file.parents
        ):
            continue
        problems: list[Unread] = []
        try:
            metadata = reading.table_of(project, file)
            if metadata.get("type") == "library":
                continue
            yield _chart(project, folder, metadata, problems)
        except Unreadable as error:
            yield Chart(
                folder=folder, metadata={}, renderings=(), unread=(reading.unread(file, error),)
            )


def _chart(
    project: Project, folder: Path, metadata: dict[Any, Any], problems: list[Unread]
) -> Chart:
    templates = _templates(project, folder)
    problems += templates.unread
    defaults = (
        reading.table_of(project, folder / "values.yaml")
        if project.has(folder / "values.yaml")
        else {}
    )
    parsed: dict[str, list[Any]] = {}
    renderings = []
    for environment, overriding in _environments(project, folder).items():
        try:
            values = _values(project, defaults, overriding)
        except Unreadable as error:  # the other environments are read all the same
            problems.append(reading.unread(overriding[-1], error))
            continue
        root = _root(project, folder, metadata, _completed(project, folder, values))
        made: list[KubernetesObject] = []
        for file, template in templates.rendered.items():
            try:
                made += _rendered(
                    file, template, root, templates.named, (folder.as_posix(), environment), parsed
                )
            except Unreadable as error:
                problems.append(reading.unread(file, error))
        renderings.append(
            Rendering(
                environment=environment, values_files=overriding, values=values, objects=tuple(made)
            )
        )
    return Chart(
        folder=folder,
        metadata=metadata,
        renderings=tuple(renderings),
        unread=tuple(dict.fromkeys(problems)),
    )


def _values(
    project: Project, defaults: dict[Any, Any], overriding: tuple[Path, ...]
) -> dict[Any, Any]:
    """The values of one environment. Raises Unreadable."""
    values: dict[Any, Any] = copy.deepcopy(dict(defaults))
    for file in overriding:
        values = merged(values, reading.table_of(project, file))
    return values


def rendered_with(
    project: Project, chart: Chart, environment: str, values: dict[Any, Any]
) -> Iterator[KubernetesObject]:
    """Yield the objects of a chart with these values.

    A template that cannot be filled in is skipped.
    """
    templates = _templates(project, chart.folder)
    root = _root(project, chart.folder, chart.metadata, _completed(project, chart.folder, values))
    scope = (chart.folder.as_posix(), environment)
    for file, template in templates.rendered.items():
        try:
            yield from _rendered(file, template, root, templates.named, scope, {})
        except Unreadable:
            continue  # `unread` names it, or only these values do not suit it


@dataclass(frozen=True, kw_only=True)
class _Templates:
    """The templates of a chart: those that give objects, and by name those that are included."""

    rendered: dict[Path, gotemplate.Template]
    named: dict[str, tuple[gotemplate.Node, ...]]
    unread: tuple[Unread, ...]


def _templates(project: Project, folder: Path) -> _Templates:
    return project.once(("templates of a chart", folder), lambda: _parsed(project, folder))


def _parsed(project: Project, folder: Path) -> _Templates:
    templates: dict[Path, gotemplate.Template] = {}
    problems = []
    for file in files.chart_templates(project, folder):
        try:
            templates[file] = gotemplate.parse(project.text(file))
        except Unreadable as error:
            problems.append(reading.unread(file, error))
    named = dict(chain.from_iterable(one.defined.items() for one in templates.values()))
    for file, template in templates.items():
        named.setdefault(f"{folder.name}/{file.relative_to(folder).as_posix()}", template.nodes)
    rendered = {
        file: one
        for file, one in templates.items()
        if file.suffix != ".tpl" and file.name != "NOTES.txt"
    }
    return _Templates(rendered=rendered, named=named, unread=tuple(problems))


def _rendered(
    file: Path,
    template: gotemplate.Template,
    root: dict[str, Any],
    named: Mapping[str, tuple[gotemplate.Node, ...]],
    scope: tuple[str, str],
    parsed: dict[str, list[Any]],
) -> Iterator[KubernetesObject]:
    import yaml

    text, origins = gotemplate.render(template, root, named)
    if not text.strip():
        return
    if text not in parsed:
        try:
            parsed[text] = load_all(text)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            line = origins[min(mark.line, len(origins) - 1)] if mark else 0
            raise Unreadable(f"does not render to YAML: {error.problem}", line) from error
        except yaml.YAMLError as error:
            raise Unreadable("does not render to YAML") from error
    for content in parsed[text]:
        if isinstance(content, dict) and content.get("kind"):
            yield KubernetesObject(scope=scope, path=file, content=content, origins=tuple(origins))


def _environments(project: Project, folder: Path) -> dict[str, tuple[Path, ...]]:
    """Return the values files by environment, in promotion order; the chart's own alone if none."""
    found: dict[str, tuple[Path, ...]] = {}
    # The content of a chart's folder inside this one belongs to that chart.
    parts = frozenset(files.charts(project)) - {folder}
    for file in files.chart_inputs(project, folder):
        inside = file.relative_to(folder)
        named = file.name.startswith("values") or inside.parts[0] in {
            "values",
            "environments",
            "envs",
        }
        is_of_part = any((folder / above) in parts for above in inside.parents)
        if (
            file.suffix in {".yaml", ".yml"}
            and named
            and "templates" not in inside.parts
            and not is_of_part
        ):
            environment = environments.named_in(inside, project)
            if environment:
                found[environment] = (*found.get(environment, ()), file)
    real = [name for name in found if name != environments.LOCAL]
    if not found:
        return {name: (file,) for name, file in environments.beside(project, folder).items()} or {
            "": ()
        }
    return {name: found[name] for name in environments.in_order(real, project)} or {"": ()}


def _root(
    project: Project, folder: Path, metadata: dict[Any, Any], values: dict[Any, Any]
) -> dict[str, Any]:
    name = str(metadata.get("name") or folder.name)
    return {
        "Values": values,
        "Chart": {str(key)[:1].upper() + str(key)[1:]: value for key, value in metadata.items()},
        "Release": {
            "Name": name,
            "Namespace": name,
            "Service": "Helm",
            "Revision": 1,
            "IsInstall": True,
        },
        "Capabilities": {
            "KubeVersion": {
                "Version": "v1.36.0",
                "GitVersion": "v1.36.0",
                "Major": "1",
                "Minor": "36",
            },
            "APIVersions": {"Has": lambda _: True},
        },
        "Files": {"Get": lambda path: _file(project, folder, path)},
        "Template": {
            "Name": f"{folder.name}/templates/x.yaml",
            "BasePath": f"{folder.name}/templates",
        },
    }


def _file(project: Project, folder: Path, path: Any) -> str:
    file = project.relative((folder / str(path)).as_posix())
    return project.text(file) if project.has(file) else ""


def _completed(project: Project, folder: Path, values: dict[Any, Any]) -> dict[Any, Any]:
    """Return values with what commands set, and what stands for what only a pipeline knows."""
    values = _with_placeholders(values)
    for key, text in helm_calls.given(project, folder, values).items():
        told: Any = text
        for part in reversed(helm_calls.split(key)):
            told = {part: told}
        values = merged(values, told)
    return values


def _with_placeholders(values: dict[Any, Any]) -> dict[Any, Any]:
    """Return values with what only a pipeline knows, if they leave it empty: image and revision."""
    given = kubernetes_objects.placeholders(values)
    if not given:
        return values
    filled = {**values, "image": {**values["image"], **given}}
    if kubernetes_objects.takes_revision(values, given):
        filled["revision"] = kubernetes_objects.REVISION
    return filled


def merged(first: Any, second: Any) -> Any:
    """Return values laid over values as by Helm: tables are merged, null takes a key away."""
    if not isinstance(first, dict) or not isinstance(second, dict):
        return second
    made = dict(first)
    for key, value in second.items():
        if value is None:
            made.pop(key, None)
        else:
            made[key] = merged(made.get(key), value)
    return made


def _objects(project: Project) -> Iterator[KubernetesObject]:
    for chart in charts(project):
        for rendering in chart.renderings:
            yield from rendering.objects
    yield from kubernetes_objects.without_charts(project)
