"""Rules, dashboards and Alertmanager configurations, wherever they stand: files, values, or objects of Kubernetes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from scaffolder.formats import promql
from scaffolder.formats.promql import Query, Selector
from scaffolder.model import Location
from scaffolder.repository import files
from scaffolder.repository.facts import charts
from scaffolder.repository.kubernetes_objects import dig, texts
from scaffolder.repository.project import Project
from scaffolder.repository.reading import documents, json, line_of, listed, place, table

__all__ = [
    "Alertmanager",
    "Panel",
    "Query",
    "Rule",
    "RuleGroups",
    "Selector",
    "StackValues",
    "alertmanagers",
    "alerts",
    "dashboards",
    "declared",
    "panels",
    "rule_groups",
    "rule_tests",
    "rules",
    "stack_values",
    "tested_alerts",
]


@dataclass(frozen=True, kw_only=True)
class RuleGroups:
    """Groups of rules: those of a file of Prometheus, or of a PrometheusRule, which no file of Prometheus is.

    `way` leads to the groups in `document`.
    """

    path: Path
    document: Any
    way: tuple[Any, ...]

    @property
    def is_object(self) -> bool:
        return self.way != ("groups",)

    @property
    def groups(self) -> list[Any]:
        return listed(dig(self.document, *self.way))

    @property
    def rules(self) -> Iterator[tuple[tuple[Any, ...], dict[Any, Any]]]:
        """Each rule, with the way to it."""
        for number, group in enumerate(self.groups):
            for at, rule in enumerate(listed(dig(group, "rules"))):
                if isinstance(rule, dict):
                    yield (*self.way, number, "rules", at), rule


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule: `alert` or `record` is its name.

    `places` are those of the expression, the labels, the annotations.
    """

    alert: str
    record: str
    expression: str
    query: Query
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
    query: Query
    place: Location


@dataclass(frozen=True, kw_only=True)
class Alertmanager:
    """A configuration of Alertmanager, and the way to it in its file."""

    path: Path
    content: dict[Any, Any]
    document: Any
    way: tuple[Any, ...]

    @property
    def is_object(self) -> bool:
        """Whether it is an AlertmanagerConfig, whose keys are spelled otherwise than those of Alertmanager itself."""
        return self.way == ("spec",)

    def place(self, project: Project, *path: Any) -> Location:
        return place(project, self.path, line_of(self.document, *self.way, *path))


@dataclass(frozen=True, kw_only=True)
class StackValues:
    """Values of kube-prometheus-stack: what they say of Prometheus, and on which line."""

    path: Path
    prometheus: dict[Any, Any]
    line: int


def rule_groups(project: Project) -> tuple[RuleGroups, ...]:
    """What holds groups of rules: files of Prometheus, and PrometheusRules that stand as they are."""
    return project.once("rule groups", lambda: tuple(_rule_groups(project)))


def rules(project: Project) -> tuple[Rule, ...]:
    """Every rule of every file that holds groups of rules, and of PrometheusRules that stand as they are."""
    return project.once("prometheus rules", lambda: tuple(_rules(project)))


def alerts(project: Project) -> tuple[Rule, ...]:
    """Return the rules that raise an alert."""
    return tuple(rule for rule in rules(project) if rule.alert)


def panels(project: Project) -> tuple[Panel, ...]:
    """Every query of every dashboard; those of the variables too."""
    return project.once("dashboard queries", lambda: tuple(_panels(project)))


def alertmanagers(project: Project) -> tuple[Alertmanager, ...]:
    """Every configuration of Alertmanager: a file of its own, or in the values of a chart."""
    return project.once("alertmanagers", lambda: tuple(_alertmanagers(project)))


def dashboards(project: Project) -> tuple[Path, ...]:
    """The files that hold a dashboard of Grafana."""
    return tuple(file for file in files.json(project) if '"panels"' in project.text(file))


def rule_tests(project: Project) -> tuple[Path, ...]:
    """The files of tests that `promtool test rules` runs.

    https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/
    """
    return tuple(
        file
        for file in files.monitoring(project)
        if "tests:" in project.text(file) and "rule_files:" in project.text(file)
    )


def tested_alerts(project: Project) -> Iterator[tuple[Location, str]]:
    """Each alert that a test of rules names."""
    for file in rule_tests(project):
        for test in listed(table(project, file).get("tests")):
            for case in listed(dig(test, "alert_rule_test")):
                if isinstance(case, dict) and case.get("alertname"):
                    yield place(project, file, line_of(case, "alertname")), str(case["alertname"])


def stack_values(project: Project) -> tuple[StackValues, ...]:
    """The values of kube-prometheus-stack that say something of Prometheus."""
    found = []
    for file in files.values_files(project):
        prometheus = dig(table(project, file), "prometheus", "prometheusSpec")
        if isinstance(prometheus, dict) and prometheus:
            line = line_of(table(project, file), "prometheus", "prometheusSpec")
            found.append(StackValues(path=file, prometheus=prometheus, line=line))
    return tuple(found)


def declared(project: Project, kind: str) -> Location | None:
    """Where the first object of a kind stands, in a template of a chart or as it is; None where there is none.

    A template that cannot be filled in without Helm is looked through as a text.
    """
    known = next((one for one in charts.objects(project) if one.kind == kind), None)
    if known:
        return known.place(project, "kind")
    for file in files.yaml(project):
        if f"kind: {kind}" in project.text(file):
            for number, line in enumerate(project.lines(file), 1):
                if re.fullmatch(rf"kind: {kind}", line.rstrip()):
                    return place(project, file, number)
    return None


def _yaml_with(project: Project, word: str) -> Iterator[tuple[Path, Any]]:
    """Each document of the files that hold the word; what does not parse is left to SY002."""
    for file in files.monitoring(project):
        if word in project.text(file):
            for document in documents(project, file):
                yield file, document


def _rule_groups(project: Project) -> Iterator[RuleGroups]:
    for file, document in _yaml_with(project, "groups:"):
        is_object = dig(document, "kind") == "PrometheusRule"
        found = RuleGroups(
            path=file, document=document, way=("spec", "groups") if is_object else ("groups",)
        )
        if any(isinstance(dig(group, "rules"), list) for group in found.groups):
            yield found


def _rules(project: Project) -> Iterator[Rule]:
    for found in rule_groups(project):
        for way, rule in found.rules:
            if isinstance(rule.get("expr"), str | int | float):
                yield _rule(project, found.path, found.document, way, rule)


def _rule(
    project: Project, file: Path, document: Any, way: tuple[Any, ...], rule: dict[Any, Any]
) -> Rule:
    expression = str(rule["expr"])
    keys = ("expr", "labels", "annotations")
    at = {key: place(project, file, line_of(document, *way, key)) for key in keys if key in rule}
    for key in texts(rule.get("annotations")):
        at[key] = place(project, file, line_of(document, *way, "annotations", key))
    return Rule(
        alert=str(rule.get("alert") or ""),
        record=str(rule.get("record") or ""),
        expression=expression,
        query=project.once(("promql", expression), lambda: promql.read(expression)),
        labels=texts(rule.get("labels")),
        annotations=texts(rule.get("annotations")),
        place=place(project, file, line_of(document, *way)),
        at=at,
    )


def _panels(project: Project) -> Iterator[Panel]:
    for file in dashboards(project):
        board = json(project, file)
        lines = project.lines(file)
        for title, expression in _queries(board):
            written = re.sub(r'(["\\])', r"\\\1", expression).replace("\n", "\\n")
            number = next((at for at, line in enumerate(lines, 1) if written in line), 0)
            yield Panel(
                title=title,
                expression=expression,
                query=project.once(("promql", expression), partial(promql.read, expression)),
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
        for way in _ALERTMANAGER:
            content = dig(document, *way)
            if isinstance(content, dict) and _is_alertmanager(content, way):
                yield Alertmanager(path=file, content=content, document=document, way=way)
                break


_IN_STACK = ("alertmanager", "config")
_ALERTMANAGER: tuple[tuple[str, ...], ...] = ((), _IN_STACK, ("config",), ("spec",))
"""Where a configuration is: a file, values of kube-prometheus-stack or of Alertmanager's chart, an object."""


def _is_alertmanager(content: dict[Any, Any], way: tuple[str, ...]) -> bool:
    """Whether it is a configuration: other programs have receivers too, such as the OpenTelemetry Collector."""
    return isinstance(content.get("receivers"), list) and (
        isinstance(content.get("route"), dict) or way == _IN_STACK
    )
