"""AG035: rules in a chart select the job by the name that the chart's own monitor gives it."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import ScriptedToolchain, written

from scaffolder import checks
from scaffolder.checks.agreement.series import rules_ask_for_what_is_there
from scaffolder.model import NotApplicable

LABELS = "labels: {app.kubernetes.io/name: {{ .Chart.Name }}}"
SERVICE = f"""\
apiVersion: v1
kind: Service
metadata:
  name: {{{{ .Release.Name }}}}
  {LABELS}
spec:
  selector: {{app: shop}}
  ports: [{{name: http, port: 80}}]
"""
MONITOR = """\
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {name: shop}
spec:
  %s
  selector: {matchLabels: {app.kubernetes.io/name: {{ .Chart.Name }}}}
  endpoints: [{port: http}]
"""
BY_LABEL, BY_NAME = "jobLabel: app.kubernetes.io/name", "namespaceSelector: {any: false}"


def repository(
    name: str, job: str, *, monitor: str = BY_LABEL, series: str = "shop_orders_total", **more: str
) -> dict[str, str]:
    rule = f"{{alert: Few, expr: 'rate({series}{{job=\"{job}\"}}[5m]) < 1'}}"
    return {
        "Dockerfile": "FROM python:3.13\n",
        "pyproject.toml": '[project]\nname = "shop"\n',
        "app.py": 'ORDERS = Counter("shop_orders_total", "Orders")\n',
        "chart/Chart.yaml": f"apiVersion: v2\nname: {name}\nversion: 1.0.0\n",
        "chart/values.yaml": "a: 1\n",
        "chart/templates/service.yaml": SERVICE,
        "chart/templates/monitor.yaml": MONITOR % monitor,
        "chart/files/rules.yaml": f"groups: [{{name: shop, rules: [{rule}]}}]\n",
        **{path.replace("__", "/").replace("_yaml", ".yaml"): text for path, text in more.items()},
    }


def found(root: Path, files: dict[str, str]) -> list[str]:
    report = checks.run(
        written(root, files), checks.choose(select=["AG035"], ignore=[]), ScriptedToolchain({})
    )
    assert [result.reason for result in report.results if result.outcome.name == "BROKEN"] == []
    return [finding.message for result in report.results for finding in result.findings]


COMPOSE = (
    'configs:\n  prometheus:\n    content: |\n      scrape_configs:\n        - job_name: "shop"\n'
)
RENAMED = {
    "another word": repository("catalog", "shop"),
    "nearly the same": repository("shops", "shop"),
    "while Compose keeps the old name": repository("catalog", "shop", compose_yaml=COMPOSE),
    "nearly the same, by the name of the Service": repository(
        "shop-api", "shop-app", monitor=BY_NAME
    ),
}


@pytest.mark.parametrize("name", RENAMED)
def test_a_chart_that_is_renamed_blinds_its_rules(name: str, tmp_path: Path) -> None:
    [message] = found(tmp_path, RENAMED[name])
    assert "but the service is" in message


def several(job: str, number: int) -> dict[str, str]:
    rules = "".join(
        f"      - {{alert: Few{at}, expr: 'rate(shop_orders_total{{job=\"{job}\"}}[{at + 1}m]) < 1'}}\n"
        for at in range(number)
    )
    return {
        **repository("catalog", "shop"),
        "chart/files/rules.yaml": f"groups:\n  - name: shop\n    rules:\n{rules}",
    }


@pytest.mark.parametrize(("number", "findings"), [(1, 1), (3, 3), (4, 1), (12, 1)])
def test_a_renamed_service_is_one_finding(number: int, findings: int, tmp_path: Path) -> None:
    messages = found(tmp_path, several("shop", number))
    assert len(messages) == findings
    counted = f"{number} queries select" if findings == 1 < number else 'selects job="shop"'
    assert all(counted in message for message in messages)


OTHER = repository("shop", "shop")
RIGHT = {
    "the name of the chart": repository("shop", "shop"),
    "the name of a release": repository("catalog", "payments", monitor=BY_NAME),
    "the name of the release beside the label": repository("shop", "shop", compose_yaml=COMPOSE),
    "a series of others": repository("catalog", "postgres", series="pg_up"),
    "a series that no source names": repository("catalog", "cart", series="cart_size"),
    "rules outside of the chart": {
        **repository("catalog", "catalog"),
        "monitoring/rules.yaml": "groups: [{name: a, rules: [{alert: B, expr: 'up{job=\"shop\"} == 0'}]}]\n",
    },
    "two charts": {
        **repository("catalog", "cart"),
        **{
            path.replace("chart/", "other/"): text.replace("name: catalog", "name: cart")
            for path, text in repository("catalog", "cart").items()
            if path.startswith("chart/") and "rules" not in path
        },
    },
}


@pytest.mark.parametrize("name", RIGHT)
def test_a_job_that_may_be_is_not_reported(name: str, tmp_path: Path) -> None:
    assert found(tmp_path, RIGHT[name]) == []


def test_without_a_series_in_the_source_the_contract_is_named(tmp_path: Path) -> None:
    asks = repository("shop", "shop", series="http_requests_total")
    project = written(tmp_path, {**asks, "ci/contract.sh": "#!/bin/sh\n"})
    with pytest.raises(NotApplicable, match="asks the running service"):
        rules_ask_for_what_is_there(project, ScriptedToolchain({}))
