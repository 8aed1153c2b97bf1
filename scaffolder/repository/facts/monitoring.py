"""Rules, dashboards and Alertmanager configurations, wherever they stand: files, values, or objects of Kubernetes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scaffolder.formats import Unreadable, promql
from scaffolder.formats.yaml import line_of
from scaffolder.model import Location
from scaffolder.repository.facts import charts, reading
from scaffolder.repository.facts.charts import dig, texts
from scaffolder.repository.project import Project
from scaffolder.repository.reading import listed


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule: `alert` or `record` is its name. `places` are those of the expression, the labels, the annotations."""

    alert: str
    record: str
    expression: str
    query: promql.Query
    labels: dict[str, str]
    annotations: dict[str, str]
    place: Location
    at: dict[str, Location]

    @property
    def name(self) -> str:
        return self.alert or self.record


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A query of a dashboard."""

    title: str
    expression: str
    query: promql.Query
    place: Location


@dataclass(frozen=True, kw_only=True)
class Alertmanager:
    """A configuration of Alertmanager, and the way to it in its file."""

    path: Path
    content: dict[Any, Any]
    document: Any
    way: tuple[Any, ...]

    def place(self, project: Project, *path: Any) -> Location:
        return _place(project, self.path, line_of(self.document, *self.way, *path))


def rules(project: Project) -> tuple[Rule, ...]:
    """Every rule of every file that holds groups of rules, and of PrometheusRules that stand as they are."""
    return project.once("prometheus rules", lambda: tuple(_rules(project)))


def alerts(project: Project) -> tuple[Rule, ...]:
    return tuple(rule for rule in rules(project) if rule.alert)


def panels(project: Project) -> tuple[Panel, ...]:
    """Every query of every dashboard; those of the variables too."""
    return project.once("dashboard queries", lambda: tuple(_panels(project)))


def alertmanagers(project: Project) -> tuple[Alertmanager, ...]:
    """Every configuration of Alertmanager: a file of its own, or in the values of a chart."""
    return project.once("alertmanagers", lambda: tuple(_alertmanagers(project)))


def _yaml_with(project: Project, word: str) -> Iterator[tuple[Path, Any]]:
    for file in project.matching("*.yaml", "*.yml", "*.rules"):
        if charts.is_template(project, file) or word not in project.text(file):
            continue
        try:
            for document in reading.yaml_of(project, file):
                yield file, document
        except Unreadable:
            continue  # SY002 says so


def _rules(project: Project) -> Iterator[Rule]:
    for file, document in _yaml_with(project, "groups:"):
        way: tuple[Any, ...] = ("spec", "groups") if dig(document, "kind") == "PrometheusRule" else ("groups",)
        groups = dig(document, *way)
        for number, group in enumerate(groups if isinstance(groups, list) else ()):
            listed = dig(group, "rules")
            for at, rule in enumerate(listed if isinstance(listed, list) else ()):
                if isinstance(rule, dict) and isinstance(rule.get("expr"), str | int | float):
                    yield _rule(project, file, document, (*way, number, "rules", at), rule)


def _rule(project: Project, file: Path, document: Any, way: tuple[Any, ...], rule: dict[Any, Any]) -> Rule:
    expression = str(rule["expr"])
    keys = ("expr", "labels", "annotations")
    at = {key: _place(project, file, line_of(document, *way, key)) for key in keys if key in rule}
    for key in texts(rule.get("annotations")):
        at[key] = _place(project, file, line_of(document, *way, "annotations", key))
    return Rule(
        alert=str(rule.get("alert") or ""),
        record=str(rule.get("record") or ""),
        expression=expression,
        query=project.once(("promql", expression), lambda: promql.read(expression)),
        labels=texts(rule.get("labels")),
        annotations=texts(rule.get("annotations")),
        place=_place(project, file, line_of(document, *way)),
        at=at,
    )


def _panels(project: Project) -> Iterator[Panel]:
    for file in project.matching("*.json"):
        if '"panels"' not in project.text(file):
            continue
        try:
            board = reading.json_of(project, file)
        except Unreadable:
            continue  # SY003 says so
        lines = project.lines(file)
        for title, expression in _queries(board):
            written = re.sub(r'(["\\])', r"\\\1", expression).replace("\n", "\\n")
            number = next((at for at, line in enumerate(lines, 1) if written in line), 0)
            yield Panel(
                title=title,
                expression=expression,
                query=project.once(("promql", expression), lambda text=expression: promql.read(text)),  # type: ignore[misc]
                place=Location(path=file, line=number, text=title),
            )


def _queries(board: Any, depth: int = 0) -> Iterator[tuple[str, str]]:
    if depth > 20:
        return
    for panel in listed(dig(board, "panels")):
        for target in listed(dig(panel, "targets")):
            if isinstance(dig(target, "expr"), str):
                yield str(dig(panel, "title") or "?"), target["expr"]
        yield from _queries(panel, depth + 1)
    for annotation in listed(dig(board, "annotations", "list")):
        if isinstance(dig(annotation, "expr"), str):
            yield str(dig(annotation, "name") or "?"), annotation["expr"]


def _alertmanagers(project: Project) -> Iterator[Alertmanager]:
    for file, document in _yaml_with(project, "receivers:"):
        ways: tuple[tuple[Any, ...], ...] = ((), ("alertmanager", "config"), ("config",), ("spec",))
        for way in ways:
            content = dig(document, *way)
            if isinstance(content, dict) and isinstance(content.get("route"), dict) and "receivers" in content:
                yield Alertmanager(path=file, content=content, document=document, way=way)
                break


def _place(project: Project, file: Path, line: int) -> Location:
    lines = project.lines(file)
    return Location(path=file, line=line, text=lines[line - 1].strip()[:160] if 0 < line <= len(lines) else "")
