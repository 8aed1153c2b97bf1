"""Rules of alerts are read wherever people keep them: files, objects, lists, and values of charts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from support import ScriptedToolchain, written

from scaffolder import checks


class Block(str):
    """A text that is written as a block."""


yaml.SafeDumper.add_representer(
    Block, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|")
)

Groups = list[dict[str, Any]]


def alert(name: str, expr: str = "up == 0", **labels: str) -> dict[str, Any]:
    return {"alert": name, "expr": expr, "labels": labels, "annotations": {"summary": name}}


USUAL = [alert(name, severity="page") for name in ("Down", "Slow", "Full", "Errors")]


def rule_object(groups: Groups) -> dict[str, Any]:
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": "shop"},
        "spec": {"groups": groups},
    }


SHAPES: dict[str, tuple[str, Callable[[Groups], Any]]] = {
    "a file": ("monitoring/rules.yaml", lambda groups: {"groups": groups}),
    "an object": ("k8s/rules.yaml", rule_object),
    "a list of objects": (
        "k8s/rules.yaml",
        lambda groups: {"apiVersion": "v1", "kind": "List", "items": [rule_object(groups)]},
    ),
    "a map in values": (
        "prometheus/values.yaml",
        lambda groups: {"additionalPrometheusRulesMap": {"shop": {"groups": groups}}},
    ),
    "a list in values": (
        "prometheus/values-prod.yaml",
        lambda groups: {"additionalPrometheusRules": [{"name": "shop", "groups": groups}]},
    ),
    "values of a chart in a chart": (
        "stack/values.yaml",
        lambda groups: {
            "kube-prometheus-stack": {"additionalPrometheusRulesMap": {"shop": {"groups": groups}}}
        },
    ),
    "values of the chart of Prometheus": (
        "prometheus.yaml",
        lambda groups: {"serverFiles": {"alerting_rules.yml": {"groups": groups}}},
    ),
    "objects in values": (
        "prometheus/values.yaml",
        lambda groups: {"extraManifests": [rule_object(groups)]},
    ),
    "a release of Flux": (
        "flux/stack.yaml",
        lambda groups: {
            "apiVersion": "helm.toolkit.fluxcd.io/v2",
            "kind": "HelmRelease",
            "metadata": {"name": "stack"},
            "spec": {"values": {"additionalPrometheusRulesMap": {"shop": {"groups": groups}}}},
        },
    ),
    "an application of Argo CD": (
        "argo/stack.yaml",
        lambda groups: {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "Application",
            "metadata": {"name": "stack"},
            "spec": {
                "source": {
                    "helm": {
                        "valuesObject": {
                            "additionalPrometheusRulesMap": {"shop": {"groups": groups}}
                        }
                    }
                }
            },
        },
    ),
    "a text in a ConfigMap": (
        "k8s/rules.yaml",
        lambda groups: {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "rules"},
            "data": {"rules.yml": Block(yaml.safe_dump({"groups": groups}, sort_keys=False))},
        },
    ),
    "a collection": ("mixins/shop/alerts.yml", lambda groups: {"groups": groups}),
}


def found(root: Path, check: str, files: dict[str, str]) -> list[tuple[str, int, str]]:
    report = checks.run(
        written(root, files), checks.choose(select=[check], ignore=[]), ScriptedToolchain({})
    )
    assert [result.reason for result in report.results if result.outcome.name == "BROKEN"] == []
    return [
        (finding.path.as_posix(), finding.line, finding.message)
        for result in report.results
        for finding in result.findings
    ]


@pytest.mark.parametrize("shape", [name for name in SHAPES if name != "a collection"])
def test_an_alert_without_severity_is_found_in_each_shape(shape: str, tmp_path: Path) -> None:
    path, make = SHAPES[shape]
    text = yaml.safe_dump(make([{"name": "g", "rules": [*USUAL, alert("New")]}]), sort_keys=False)
    [(place, line, message)] = found(tmp_path, "AG062", {path: text})
    assert place == path
    assert "alert: New" in text.splitlines()[line - 1]
    assert "New has no severity" in message


SOURCE = {
    "shop/Dockerfile": "FROM python:3.13\n",
    "shop/pyproject.toml": '[project]\nname = "shop"\n',
    "shop/app.py": 'BUCKETS = (0.1, 0.25, 1.0)\nNAME = "request_seconds"\n',
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_bucket_that_is_none_is_found_in_each_shape(shape: str, tmp_path: Path) -> None:
    path, make = SHAPES[shape]
    query = 'sum(rate(request_seconds_bucket{le="0.3"}[5m])) > 1'
    text = yaml.safe_dump(make([{"name": "g", "rules": [alert("Slow", query)]}]))
    [(place, _, message)] = found(tmp_path, "AG060", {path: text, **SOURCE})
    assert place == path
    assert 'le="0.3", which is not a bucket' in message


RECEIVERS = {
    "route": {"receiver": "t"},
    "receivers": [{"name": "t", "msteams_configs": [{"webhook_url": "https://x"}]}],
}
ALERTMANAGERS: dict[str, tuple[str, Any]] = {
    "a file": ("alertmanager.yml", RECEIVERS),
    "values": ("prometheus/values.yaml", {"alertmanager": {"config": RECEIVERS}}),
    "values of a chart in a chart": (
        "stack/values.yaml",
        {"kube-prometheus-stack": {"alertmanager": {"config": RECEIVERS}}},
    ),
    "a release of Flux": (
        "flux/stack.yaml",
        {
            "apiVersion": "helm.toolkit.fluxcd.io/v2",
            "kind": "HelmRelease",
            "metadata": {"name": "stack"},
            "spec": {"values": {"alertmanager": {"config": RECEIVERS}}},
        },
    ),
    "an application of Argo CD": (
        "argo/stack.yaml",
        {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "Application",
            "metadata": {"name": "stack"},
            "spec": {"source": {"helm": {"valuesObject": {"alertmanager": {"config": RECEIVERS}}}}},
        },
    ),
    "values of the chart of Alertmanager": ("alertmanager/values.yaml", {"config": RECEIVERS}),
    "an object": (
        "k8s/config.yaml",
        {
            "apiVersion": "monitoring.coreos.com/v1alpha1",
            "kind": "AlertmanagerConfig",
            "metadata": {"name": "shop"},
            "spec": {
                "route": {"receiver": "t"},
                "receivers": [
                    {"name": "t", "msteamsConfigs": [{"webhookUrl": {"name": "s", "key": "u"}}]}
                ],
            },
        },
    ),
    "a text in a Secret": (
        "k8s/secret.yaml",
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "alertmanager-main"},
            "stringData": {"alertmanager.yaml": Block(yaml.safe_dump(RECEIVERS))},
        },
    ),
}


@pytest.mark.parametrize("shape", ALERTMANAGERS)
def test_a_retired_receiver_is_found_in_each_shape(shape: str, tmp_path: Path) -> None:
    path, content = ALERTMANAGERS[shape]
    findings = found(tmp_path, "MO007", {path: yaml.safe_dump(content)})
    assert len(findings) == 1
    assert findings[0][0] == path


OTHERS = {
    "groups of another program": {
        "additionalPrometheusRulesMap": {"a": {"groups": [{"name": "x"}]}}
    },
    "values without rules": {"additionalPrometheusRulesMap": {}, "groups": ["a"]},
    "no values": {"kind": "HelmRelease", "spec": {"groups": []}},
}


@pytest.mark.parametrize("name", OTHERS)
def test_other_groups_are_no_rules(name: str, tmp_path: Path) -> None:
    text = yaml.safe_dump(OTHERS[name])
    assert found(tmp_path, "AG062", {"prometheus/values.yaml": text}) == []


@pytest.mark.parametrize(
    ("names", "number"),
    [("TargetDown", 0), ("Host.*|Node.*", 0), ("Fulls", 1), ("Down|Slow", 0), ("Slow|Errorss", 1)],
)
def test_the_rules_of_a_chart_have_names_of_their_own(
    names: str, number: int, tmp_path: Path
) -> None:
    route = {"receiver": "t", "routes": [{"matchers": [f'alertname=~"{names}"']}]}
    config = {"route": route, "receivers": [{"name": "t"}]}
    values = yaml.safe_dump({"alertmanager": {"config": config}})
    rules = yaml.safe_dump({"groups": [{"name": "g", "rules": USUAL}]})
    files = {"prometheus/values.yaml": values, "monitoring/rules.yaml": rules}
    assert len(found(tmp_path, "AG039", files)) == number
