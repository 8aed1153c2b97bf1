"""Rules, configurations of Alertmanager, and values of the monitoring stack."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.facts import monitoring
from scaffolder.repository.facts.monitoring import (
    alertmanagers,
    alerts,
    declared,
    names_a_release,
    queries,
    rule_tests,
    rules,
    stack_values,
)

RULES = """\
groups:
  - name: shop
    labels: {team: a}
    rules:
      - record: shop:errors
        expr: rate(errors_total[5m])
      - alert: Down
        expr: up == 0
        labels: {severity: page}
        annotations: {summary: x}
"""
ROUTING = "route: {receiver: chat}\nreceivers:\n  - name: chat\n    slack_configs: [{channel: x}]\n"


def test_rules_have_names_labels_and_places(tmp_path: Path) -> None:
    record, alert = rules(written(tmp_path, {"rules.yml": RULES}))
    assert (record.name, alert.name) == ("shop:errors", "Down")
    assert alert.labels == {"team": "a", "severity": "page"}
    assert alert.annotations == {"summary": "x"}
    assert alert.at["expr"].line == 8
    assert alert.query.selectors[0].name == "up"


def test_alerts_are_the_rules_that_raise_one(tmp_path: Path) -> None:
    project = written(tmp_path, {"rules.yml": RULES})
    assert [one.alert for one in alerts(project)] == ["Down"]
    assert [name for _, name, _ in queries(project)] == ["shop:errors", "Down"]


@pytest.mark.parametrize(
    ("file", "text", "is_object", "is_in_values"),
    [
        ("alertmanager.yml", ROUTING, False, False),
        (
            "values.yaml",
            "alertmanager:\n  config:\n"
            + "".join(f"    {line}\n" for line in ROUTING.splitlines()),
            False,
            True,
        ),
        (
            "config.yaml",
            "apiVersion: monitoring.coreos.com/v1alpha1\nkind: AlertmanagerConfig\nspec:\n"
            "  route: {receiver: chat}\n  receivers: [{name: chat}]\n",
            True,
            False,
        ),
    ],
)
def test_a_configuration_of_alertmanager_is_known_by_its_form(
    file: str, text: str, is_object: bool, is_in_values: bool, tmp_path: Path
) -> None:
    (one,) = alertmanagers(written(tmp_path, {f"monitoring/{file}": text}))
    assert (one.is_object, one.is_in_values) == (is_object, is_in_values)
    assert one.content["receivers"][0]["name"] == "chat"


def test_receivers_of_another_program_are_none_of_alertmanager(tmp_path: Path) -> None:
    text = "receivers:\n  otlp:\n    protocols: {grpc: {}}\nexporters: {debug: {}}\n"
    assert alertmanagers(written(tmp_path, {"monitoring/otel.yml": text})) == ()


def test_tests_of_rules_name_alerts(tmp_path: Path) -> None:
    text = (
        "rule_files: [rules.yml]\ntests:\n  - interval: 1m\n    alert_rule_test:\n"
        "      - eval_time: 5m\n        alertname: Down\n"
    )
    project = written(tmp_path, {"monitoring/rules.yml": RULES, "monitoring/test.yml": text})
    assert rule_tests(project) == (Path("monitoring/test.yml"),)
    assert [(place.line, name) for place, name in monitoring.tested_alerts(project)] == [
        (6, "Down")
    ]


def test_values_of_the_stack_are_those_of_prometheus(tmp_path: Path) -> None:
    text = "prometheus:\n  prometheusSpec:\n    retention: 10d\n"
    files = {"a/values.yaml": text, "b/values.yaml": "prometheus:\n  enabled: true\n"}
    (one,) = stack_values(written(tmp_path, files))
    assert one.prometheus == {"retention": "10d"}
    assert one.path == Path("a/values.yaml")


def test_objects_of_a_kind_are_declared(tmp_path: Path) -> None:
    files = {
        "a.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n",
        "b.yaml": "# kind: Service\nkind: ServiceMonitor\n",
    }
    assert [place.path for place in declared(written(tmp_path, files), "Service")] == [
        Path("a.yaml")
    ]


@pytest.mark.parametrize(
    ("label", "names"),
    [("release: stack", True), ("release: {{ .Release.Name }}", False), ("releases: x", False)],
)
def test_a_label_may_name_a_release(label: str, *, names: bool, tmp_path: Path) -> None:
    project = written(tmp_path, {"m.yaml": f"metadata:\n  labels:\n    {label}\n"})
    assert names_a_release(project, Path("m.yaml")) is names
