"""Find rules, dashboards and Alertmanager configurations in files, values or objects."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from scaffolder.formats import promql, query_languages
from scaffolder.formats.promql import Matcher, Query, Selector
from scaffolder.formats.regex import regex
from scaffolder.model import Location
from scaffolder.repository import files
from scaffolder.repository.facts import charts
from scaffolder.repository.facts.dashboards import LIKE_PROMQL, Panel, dashboards, panels
from scaffolder.repository.facts.rule_groups import (
    LOKI,
    PROMETHEUS,
    VICTORIA,
    WITH_VALUES,
    RuleGroups,
    embedded,
    managed_by_grafana,
    rule_groups,
    rule_templates,
    yaml_with,
)
from scaffolder.repository.kubernetes_objects import dig, texts
from scaffolder.repository.project import Project
from scaffolder.repository.reading import line_of, listed, place, table

__all__ = [
    "LOKI",
    "PROMETHEUS",
    "VICTORIA",
    "Alertmanager",
    "Matcher",
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
    "managed_by_grafana",
    "panels",
    "queries",
    "rule_groups",
    "rule_templates",
    "rule_tests",
    "rules",
    "stack_values",
    "tested_alerts",
]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule: `alert` or `record` is its name.

    `query` is the expression read as PromQL; it is empty if the rule is one of Loki.
    `labels` are with those of its group. `at` has the places of the expression, the labels of the
    rule, the annotations.
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
        """Return the name of the alert, else of the recorded series."""
        return self.alert or self.record


@dataclass(frozen=True, kw_only=True)
class Alertmanager:
    """A configuration of Alertmanager, and the way to it in its file."""

    path: Path
    content: dict[Any, Any]
    document: Any
    way: tuple[Any, ...]

    @property
    def is_object(self) -> bool:
        """Return whether it is an AlertmanagerConfig, whose keys are spelled differently."""
        return self.way == ("spec",)

    @property
    def is_in_values(self) -> bool:
        """Whether it is a part of the values of a chart, which may add switches to it."""
        return self.way[-2:] == _IN_STACK or self.way == ("config",)

    def place(self, project: Project, *path: Any) -> Location:
        """Return the place of a path inside the configuration."""
        return place(project, self.path, line_of(self.document, *self.way, *path))


@dataclass(frozen=True, kw_only=True)
class StackValues:
    """Values of kube-prometheus-stack: the settings of Prometheus, and their line."""

    path: Path
    prometheus: dict[Any, Any]
    line: int


def rules(project: Project) -> tuple[Rule, ...]:
    """Return every rule of rule files, and of PrometheusRules in plain manifests."""
    return project.once("prometheus rules", lambda: tuple(_rules(project)))


def alerts(project: Project) -> tuple[Rule, ...]:
    """Return the rules that raise an alert."""
    return tuple(rule for rule in rules(project) if rule.alert)


def queries(project: Project) -> Iterator[tuple[Location, str, Query]]:
    """Yield the place, the name and the query of each rule and of each panel."""
    for rule in rules(project):
        yield rule.at["expr"], rule.name, rule.query
    for panel in panels(project):
        yield panel.place, repr(panel.title), panel.query


def alertmanagers(project: Project) -> tuple[Alertmanager, ...]:
    """Every configuration of Alertmanager: a file of its own, or in the values of a chart."""
    return project.once("alertmanagers", lambda: tuple(_alertmanagers(project)))


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
    """Return the values of kube-prometheus-stack that set up Prometheus."""
    found = []
    for file in files.values_files(project):
        prometheus = dig(table(project, file), "prometheus", "prometheusSpec")
        if isinstance(prometheus, dict) and prometheus:
            line = line_of(table(project, file), "prometheus", "prometheusSpec")
            found.append(StackValues(path=file, prometheus=prometheus, line=line))
    return tuple(found)


def declared(project: Project, kind: str) -> Iterator[Location]:
    """Yield where objects of a kind stand, in templates of charts or as they are.

    A template that cannot be filled in without Helm is looked through as a text.
    """
    known = [one for one in charts.objects(project) if one.kind == kind]
    yield from (one.place(project, "kind") for one in known)
    read = {one.path for one in known}
    for file in files.yaml(project):
        if file not in read and f"kind: {kind}" in project.text(file):
            for number, line in enumerate(project.lines(file), 1):
                if re.fullmatch(rf"kind: {kind}", line.rstrip()):
                    yield place(project, file, number)


_LABEL_OF_A_RELEASE = regex(
    r"^\s{2,}[\"']?release[\"']?\s*:\s*[\"']?[\w-]+[\"']?\s*$", re.MULTILINE
)


def names_a_release(project: Project, file: Path) -> bool:
    """Return whether an object has a plain label `release`, by which the stack selects it."""
    return _LABEL_OF_A_RELEASE.search(project.text(file)) is not None


def _rules(project: Project) -> Iterator[Rule]:
    for found in rule_groups(project):
        for way, rule in found.rules:
            if isinstance(rule.get("expr"), str | int | float):
                yield _rule(project, found.path, found.document, way, rule)


def _rule(
    project: Project, file: Path, document: Any, way: tuple[Any, ...], rule: dict[Any, Any]
) -> Rule:
    expression = str(rule["expr"])
    is_promql = query_languages.language(expression) in LIKE_PROMQL
    asked = expression if is_promql else ""
    keys = ("expr", "labels", "annotations")
    at = {key: place(project, file, line_of(document, *way, key)) for key in keys if key in rule}
    for key in texts(rule.get("annotations")):
        at[key] = place(project, file, line_of(document, *way, "annotations", key))
    return Rule(
        alert=str(rule.get("alert") or ""),
        record=str(rule.get("record") or ""),
        expression=expression,
        query=project.once(("promql", asked), lambda: promql.read(asked)),
        labels=texts(dig(document, *way[:-2], "labels")) | texts(rule.get("labels")),
        annotations=texts(rule.get("annotations")),
        place=place(project, file, line_of(document, *way)),
        at=at,
    )


def _alertmanagers(project: Project) -> Iterator[Alertmanager]:
    found = (*yaml_with(project, "receivers:"), *embedded(project, "receivers:"))
    for file, document in found:
        for way in _ways_to_alertmanager(document):
            content = dig(document, *way)
            if isinstance(content, dict) and _is_alertmanager(content, way):
                yield Alertmanager(path=file, content=content, document=document, way=way)
                break


def _ways_to_alertmanager(document: Any) -> Iterator[tuple[Any, ...]]:
    yield from _ALERTMANAGER
    for way in ((), *WITH_VALUES.values()):
        values = dig(document, *way)
        tables = values.items() if isinstance(values, dict) else ()
        yield (*way, *_IN_STACK)
        yield from ((*way, key, *_IN_STACK) for key, value in tables if isinstance(value, dict))


_IN_STACK = ("alertmanager", "config")
_ALERTMANAGER: tuple[tuple[str, ...], ...] = ((), _IN_STACK, ("config",), ("spec",))
"""Places of a configuration: a file, values of two charts, an object.

The charts are kube-prometheus-stack and Alertmanager's own.
"""


def _is_alertmanager(content: dict[Any, Any], way: tuple[str, ...]) -> bool:
    """Return whether it is a configuration.

    Other programs have receivers too, such as the OpenTelemetry Collector.
    """
    return (
        isinstance(content.get("receivers"), list)
        and (isinstance(content.get("route"), dict) or way[-2:] == _IN_STACK)
        and not _has_other_sinks(content["receivers"])
    )


def _has_other_sinks(receivers: list[Any]) -> bool:
    """Return whether receivers are those of another program: Alertmanager's are `slack_configs`."""
    tables = (one for one in receivers if isinstance(one, dict))
    keys = set(map(str, chain.from_iterable(tables))) - {"name"}
    # An AlertmanagerConfig writes slackConfigs; one letter off is a mistake for amtool to name.
    is_known = any(key.lower().replace("_", "").endswith("configs") for key in keys)
    return bool(keys) and not is_known and not any("conf" in key.lower() for key in keys)
