"""Groups of rules, and which program evaluates them: Prometheus, or a ruler like it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scaffolder.formats.regex import regex
from scaffolder.repository import files
from scaffolder.repository.kubernetes_objects import dig
from scaffolder.repository.project import Project
from scaffolder.repository.reading import documents, line_of, listed, parsed, place

PROMETHEUS, LOKI, VICTORIA = "Prometheus", "Loki", "VictoriaMetrics"

_OBJECTS = {
    "PrometheusRule": PROMETHEUS,
    "Rules": PROMETHEUS,
    "ClusterRules": PROMETHEUS,
    "GlobalRules": PROMETHEUS,
    "VMRule": VICTORIA,
    "AlertingRule": LOKI,
    "RecordingRule": LOKI,
}
"""Objects with groups of rules, and whose they are; `Rules` are those of Google's Prometheus."""

_OF_VICTORIA = frozenset(
    {
        *("concurrency", "debug", "eval_alignment", "eval_delay", "eval_offset", "headers"),
        *("extra_filter_labels", "notifier_headers", "params", "tenant", "type"),
        "update_entries_limit",
    }
)
"""Settings of a group that vmalert alone has.

https://docs.victoriametrics.com/victoriametrics/vmalert/#groups
"""

_OF_A_RULE = frozenset(("alert", "record", "expr"))
"""One of them is in each rule: other programs have groups with rules as well."""

_OF_OTHERS = frozenset(
    {
        *("partial_response_strategy", "source_tenants", "evaluation_delay", "remote_write"),
        *("namespace", "align_evaluation_time_on_interval"),
    }
)
"""Settings of a group that the rulers of Thanos and Mimir have beyond those of Prometheus."""


_MARKS = ("$", "x-")
"""How keys begin that the program which delivers a file reads, and takes out: `$schema`."""


@dataclass(frozen=True, kw_only=True)
class RuleGroups:
    """Groups of rules: those of a file of Prometheus, or of an object such as a PrometheusRule.

    `way` leads to the groups in `document`. `is_embedded`: it is a text in a ConfigMap or Secret.
    """

    path: Path
    document: Any
    way: tuple[Any, ...]
    is_embedded: bool = False

    @property
    def is_object(self) -> bool:
        """Return whether promtool cannot read the file: it is an object, or for another ruler."""
        if self.is_embedded:
            return True
        tables = [self.document, *(group for group in self.groups if isinstance(group, dict))]
        if isinstance(self.document, dict) and any(
            str(key).startswith(_MARKS) for key in self.document
        ):
            return True
        return self.way != ("groups",) or any(_OF_OTHERS & table.keys() for table in tables)

    @property
    def engine(self) -> str:
        """Return whose rules they are; those of Thanos and Mimir are taken for Prometheus's."""
        groups = [group for group in self.groups if isinstance(group, dict)]
        if any(_OF_VICTORIA & group.keys() for group in groups):
            return VICTORIA
        if self.path.parent.name == "fake":  # Loki's name for the tenant if there is only one
            return LOKI
        kind = dig(self.document, *self.way[:-2], "kind")
        return _OBJECTS.get(str(kind), PROMETHEUS)

    @property
    def as_prometheus(self) -> list[Any]:
        """Return the groups without what other rulers add to those of Prometheus."""
        return [
            {key: value for key, value in group.items() if key not in _OF_OTHERS}
            if isinstance(group, dict)
            else group
            for group in self.groups
        ]

    @property
    def groups(self) -> list[Any]:
        """Return the groups as they are written."""
        return listed(dig(self.document, *self.way))

    @property
    def rules(self) -> Iterator[tuple[tuple[Any, ...], dict[Any, Any]]]:
        """Yield each rule, with the way to it."""
        for number, group in enumerate(self.groups):
            for at, rule in enumerate(listed(dig(group, "rules"))):
                if isinstance(rule, dict):
                    yield (*self.way, number, "rules", at), rule


def rule_groups(project: Project) -> tuple[RuleGroups, ...]:
    """Return what holds groups of rules: files, and objects that are written as they are."""
    return project.once("rule groups", lambda: tuple(_rule_groups(project)))


_FILLED_IN = regex(r"<%[-=]?.*?%>|@@\w+@@|%%\w+%%|^[ \t]*(?:-[ \t]+)?\{%", re.MULTILINE | re.DOTALL)
"""Placeholders of ERB, Jinja and scripts; `{{` is also one of Prometheus itself."""


def rule_templates(project: Project) -> tuple[Path, ...]:
    """Return the files of rules that another program fills in first."""
    return project.once(
        "templates of rules",
        lambda: tuple(
            file
            for file in files.monitoring(project)
            if "groups:" in (text := project.text(file)) and _FILLED_IN.search(text)
        ),
    )


def managed_by_grafana(project: Project) -> frozenset[str]:
    """Return the names of the alerts that Grafana itself evaluates: its provisioned rules."""
    titles: set[str] = set()
    for _, document in yaml_with(project, "groups:"):
        rules = _rules_in(listed(dig(document, "groups")))
        titles |= {str(rule.get("title")) for rule in rules if _is_of_grafana(document, rule)}
    return frozenset(titles)


def yaml_with(project: Project, word: str) -> Iterator[tuple[Path, Any]]:
    """Yield each document of the files that hold the word; what does not parse is left to SY002."""
    for file in files.monitoring(project):
        if word in project.text(file):
            for document in documents(project, file):
                yield file, document


def embedded(project: Project, word: str) -> Iterator[tuple[Path, Any]]:
    """Yield each document that a ConfigMap or Secret holds as a text with the word.

    Its lines are those of the file, for a block of text keeps them.
    """
    for file, document in yaml_with(project, word):
        if str(dig(document, "kind")) not in {"ConfigMap", "Secret"}:
            continue
        for way in ("data", "stringData"):
            held = dig(document, way)
            for key, text in held.items() if isinstance(held, dict) else ():
                if isinstance(text, str) and word in text:
                    yield from ((file, one) for one in _read(project, file, held, key))


_BLOCK = regex(r":\s*(?:![\w!]+\s+)?\|[-+]?\s*(?:#.*)?$")


def _read(project: Project, file: Path, held: dict[Any, Any], key: Any) -> list[Any]:
    line = line_of(held, key)
    begins = place(project, file, line).text
    before = line if _BLOCK.search(begins) else 0
    return parsed(project, file, f"{before} {key}", "\n" * before + held[key])


def _rule_groups(project: Project) -> Iterator[RuleGroups]:
    documents_of_files = ((file, one, False) for file, one in yaml_with(project, "groups:"))
    texts = ((file, one, True) for file, one in embedded(project, "groups:"))
    for file, document, is_embedded in (*documents_of_files, *texts):
        if files.is_test_data(file) or file in rule_templates(project):
            continue
        for way in _ways(document):
            found = RuleGroups(path=file, document=document, way=way, is_embedded=is_embedded)
            rules = list(_rules_in(found.groups))
            are_rules = any(_OF_A_RULE & rule.keys() for rule in rules)
            if are_rules and not any(_is_of_grafana(document, rule) for rule in rules):
                yield found


_IN_VALUES = ("additionalPrometheusRulesMap", "additionalPrometheusRules", "serverFiles")
"""Where values of kube-prometheus-stack and of the chart of Prometheus hold files of rules."""

_OBJECTS_IN_VALUES = ("extraObjects", "extraManifests", "extraDeploy", "extraResources")


def _ways(document: Any) -> Iterator[tuple[Any, ...]]:
    """Yield each way to groups: of a file, of an object, of a list of objects, of values."""
    kind = str(dig(document, "kind"))
    if kind in _OBJECTS:
        yield ("spec", "groups")
    elif kind == "List":
        yield from _in_objects(document, ("items",))
    elif kind in WITH_VALUES:
        yield from _in_values(document, WITH_VALUES[kind])
    else:
        yield ("groups",)
        yield from _in_values(document, ())


WITH_VALUES: dict[str, tuple[str, ...]] = {
    "HelmRelease": ("spec", "values"),
    "Application": ("spec", "source", "helm", "valuesObject"),
}
"""Objects of Flux and Argo CD that hold the values of a chart."""


def _in_values(document: Any, way: tuple[str, ...]) -> Iterator[tuple[Any, ...]]:
    """Yield the ways to groups in values, also in those of a chart in the chart."""
    values = dig(document, *way) if way else document
    tables = values.items() if isinstance(values, dict) else ()
    inner = [key for key, value in tables if isinstance(value, dict)]
    for prefix in (way, *((*way, key) for key in inner)):
        for key in _IN_VALUES:
            held = dig(document, *prefix, key)
            names = held if isinstance(held, dict) else range(len(listed(held)))
            yield from ((*prefix, key, name, "groups") for name in names)
        for key in _OBJECTS_IN_VALUES:
            yield from _in_objects(document, (*prefix, key))


def _in_objects(document: Any, way: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    for number, one in enumerate(listed(dig(document, *way))):
        if str(dig(one, "kind")) in _OBJECTS:
            yield (*way, number, "spec", "groups")


def _rules_in(groups: list[Any]) -> Iterator[dict[Any, Any]]:
    for group in groups:
        yield from (rule for rule in listed(dig(group, "rules")) if isinstance(rule, dict))


def _is_of_grafana(document: Any, rule: dict[Any, Any]) -> bool:
    """Return whether Grafana evaluates a rule: its queries are `data`, each with a data source.

    https://grafana.com/docs/grafana/latest/alerting/set-up/provision-alerting-resources/file-provisioning/
    """
    if "grafana_alert" in rule:
        return True
    of_file = dig(document, "apiVersion") == 1 and "kind" not in document
    return "alert" not in rule and "record" not in rule and ("data" in rule or of_file)
