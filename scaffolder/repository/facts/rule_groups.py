"""Groups of rules, and which program evaluates them: Prometheus, or a ruler like it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scaffolder.repository import files
from scaffolder.repository.kubernetes_objects import dig
from scaffolder.repository.project import Project
from scaffolder.repository.reading import documents, listed

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
"""Settings of a group that vmalert alone has: https://docs.victoriametrics.com/victoriametrics/vmalert/#groups."""

_OF_A_RULE = frozenset(("alert", "record", "expr"))
"""One of them is in each rule: other programs have groups with rules as well."""

_OF_OTHERS = frozenset(
    {
        *("partial_response_strategy", "source_tenants", "evaluation_delay", "remote_write"),
        *("namespace", "align_evaluation_time_on_interval"),
    }
)
"""Settings of a group that the rulers of Thanos and Mimir have beyond those of Prometheus."""


@dataclass(frozen=True, kw_only=True)
class RuleGroups:
    """Groups of rules: those of a file of Prometheus, or of an object such as a PrometheusRule.

    `way` leads to the groups in `document`.
    """

    path: Path
    document: Any
    way: tuple[Any, ...]

    @property
    def is_object(self) -> bool:
        """Return whether promtool cannot read the file: it is an object, or for another ruler."""
        tables = [self.document, *(group for group in self.groups if isinstance(group, dict))]
        return self.way != ("groups",) or any(_OF_OTHERS & table.keys() for table in tables)

    @property
    def engine(self) -> str:
        """Return whose rules they are; those of Thanos and Mimir are taken for Prometheus's."""
        groups = [group for group in self.groups if isinstance(group, dict)]
        if any(_OF_VICTORIA & group.keys() for group in groups):
            return VICTORIA
        if self.path.parent.name == "fake":  # Loki's name for the tenant if there is only one
            return LOKI
        return _OBJECTS.get(str(dig(self.document, "kind")), PROMETHEUS)

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


def managed_by_grafana(project: Project) -> frozenset[str]:
    """Return the names of the alerts that Grafana itself evaluates: its provisioned rules."""
    return frozenset(
        str(rule.get("title"))
        for _, document in yaml_with(project, "groups:")
        for rule in _rules_in(listed(dig(document, "groups")))
        if _is_of_grafana(document, rule)
    )


def yaml_with(project: Project, word: str) -> Iterator[tuple[Path, Any]]:
    """Yield each document of the files that hold the word; what does not parse is left to SY002."""
    for file in files.monitoring(project):
        if word in project.text(file):
            for document in documents(project, file):
                yield file, document


def _rule_groups(project: Project) -> Iterator[RuleGroups]:
    for file, document in yaml_with(project, "groups:"):
        if files.is_test_data(file):
            continue
        is_object = str(dig(document, "kind")) in _OBJECTS
        found = RuleGroups(
            path=file, document=document, way=("spec", "groups") if is_object else ("groups",)
        )
        rules = list(_rules_in(found.groups))
        are_rules = any(_OF_A_RULE & rule.keys() for rule in rules)
        if are_rules and not any(_is_of_grafana(document, rule) for rule in rules):
            yield found


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
