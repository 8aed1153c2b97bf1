"""Rules, dashboard, routes, runbooks and values of a generated repository: parts that no check looks at, and real metrics."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from support import Repository

ANSWERS: dict[str, dict[str, Any]] = {
    "default": {},
    "one letter": {"service_name": "a"},
    "long names": {
        "service_name": "customer-notification-preferences-api-v2",
        "organization": "a-rather-large-bank",
        "team": "payments",
    },
    "a word that YAML reads as a boolean": {"service_name": "on"},
    "teams": {"chat": "teams"},
    "python": {"runtime": "python", "runtime_version": "3.14"},
    "node": {"runtime": "node", "runtime_version": "24"},
    "go": {"runtime": "go", "runtime_version": "1.27"},
}

OF_KUBERNETES = {
    # https://github.com/kubernetes/kube-state-metrics/tree/main/docs/metrics
    "kube_deployment_spec_replicas",
    "kube_deployment_status_condition",
    "kube_deployment_status_replicas_available",
    "kube_horizontalpodautoscaler_spec_max_replicas",
    "kube_horizontalpodautoscaler_spec_min_replicas",
    "kube_horizontalpodautoscaler_status_current_replicas",
    "kube_horizontalpodautoscaler_status_desired_replicas",
    "kube_pod_container_resource_limits",
    "kube_pod_container_resource_requests",
    "kube_pod_container_status_last_terminated_reason",
    "kube_pod_container_status_restarts_total",
    "kube_pod_container_status_waiting_reason",
    "kube_resourcequota",
    # https://github.com/google/cadvisor/blob/master/docs/storage/prometheus.md, of those that the chart does not drop
    "container_cpu_usage_seconds_total",
    "container_memory_working_set_bytes",
    "container_network_receive_bytes_total",
    "container_network_transmit_bytes_total",
}
OF_PROMETHEUS = {"ALERTS", "up"}

SETTINGS = {
    # https://prometheus.io/docs/alerting/latest/configuration/, those that are in use
    "slack_configs": {
        *(
            "api_url_file",
            "channel",
            "send_resolved",
            "color",
            "pretext",
            "title",
            "title_link",
            "fallback",
            "text",
        ),
    },
    "msteamsv2_configs": {"webhook_url_file", "send_resolved", "title", "text"},
    "webhook_configs": {"url_file", "send_resolved"},
}

METRIC = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)\{")
UNITS = {"short", "none", "percentunit", "reqps", "s", "Bps", "bytes"}


@pytest.fixture(params=ANSWERS, ids=lambda name: name.replace(" ", "-"))
def rendered(request: pytest.FixtureRequest, pristine: Repository) -> Path:
    return pristine(**ANSWERS[request.param])


def test_every_alert_says_how_bad_whose_and_what_to_do(rendered: Path) -> None:
    answers = yaml.safe_load((rendered / ".copier-answers.yml").read_text())
    for alert in alerts(rendered):
        labels, annotations = alert["labels"], alert["annotations"]
        assert labels["severity"] in ("critical", "warning"), alert
        assert labels["service"] == answers["service_name"], alert
        assert labels["team"] == answers["team"], alert
        assert annotations["summary"], alert
        assert annotations["description"], alert
        assert annotations["dashboard_url"].endswith(f"/d/{dashboard(rendered)['uid']}"), alert


def test_the_index_has_each_runbook(rendered: Path) -> None:
    index = (rendered / "docs/runbooks/README.md").read_text()
    assert all(f"]({alert['alert']}.md)" in index for alert in alerts(rendered))


def test_every_rule_has_a_unit_test(rendered: Path) -> None:
    tests = "".join(file.read_text() for file in (rendered / "monitoring/tests").iterdir())
    untested = {rule.get("alert") or rule["record"] for rule in rules(rendered)} - set(
        re.findall(r"[\w:]+", tests)
    )
    assert untested == set()


def test_every_metric_exists(rendered: Path) -> None:
    source = "".join(file.read_text() for file in (rendered / "app").rglob("*") if file.is_file())
    recorded = {rule["record"] for rule in rules(rendered) if "record" in rule}
    for expression in (*(rule["expr"] for rule in rules(rendered)), *queries(dashboard(rendered))):
        for metric in METRIC.findall(expression):
            of_the_service = re.sub(r"_(bucket|count|sum)\Z", "", metric)
            known = metric in OF_KUBERNETES | OF_PROMETHEUS | recorded or of_the_service in source
            assert known, f"{metric} in {expression}"


def test_dashboard_is_one_that_grafana_can_provision(rendered: Path) -> None:
    board = dashboard(rendered)
    panels = board["panels"]
    assert board["id"] is None
    assert len(board["uid"]) <= 40
    assert 39 <= board["schemaVersion"] <= 41
    assert board["editable"] is False
    assert [
        number for number, times in Counter(panel["id"] for panel in panels).items() if times > 1
    ] == []
    covered = Counter(cell for panel in panels for cell in cells(panel["gridPos"]))
    assert max(covered.values()) == 1, "panels overlap"
    assert max(column for column, _ in covered) == 23
    for panel in panels:
        if panel["type"] != "row":
            assert panel["title"], panel
            assert panel["description"], panel["title"]
            assert panel["fieldConfig"]["defaults"]["unit"] in UNITS, panel["title"]
            assert {target["datasource"]["uid"] for target in panel["targets"]} == {
                "${datasource}"
            }, panel["title"]


def test_dashboard_uses_its_variables_and_no_others(rendered: Path) -> None:
    defined = {variable["name"] for variable in dashboard(rendered)["templating"]["list"]}
    used = set(re.findall(r"\$\{?(\w+)", json.dumps(dashboard(rendered)))) - {"__rate_interval"}
    assert used == defined


def test_the_table_of_routes_has_each_critical_alert(rendered: Path) -> None:
    table = (rendered / "monitoring/alertmanager/routes.txt").read_text()
    critical = {
        alert["alert"] for alert in alerts(rendered) if alert["labels"]["severity"] == "critical"
    }
    assert critical <= set(re.findall(r"alertname=(\w+)", table))


def test_every_secret_of_a_receiver_is_mounted(rendered: Path) -> None:
    config = load(rendered / "monitoring/alertmanager/values.yaml")["alertmanager"]["config"]
    mounted = load(rendered / "monitoring/values.yaml")["alertmanager"]["alertmanagerSpec"][
        "secrets"
    ]
    files = re.findall(r"/etc/alertmanager/secrets/([\w-]+)/", json.dumps(config))
    assert set(files) == set(mounted)


def test_receivers_use_settings_that_alertmanager_has(rendered: Path) -> None:
    chat = yaml.safe_load((rendered / ".copier-answers.yml").read_text())["chat"]
    config = load(rendered / "monitoring/alertmanager/values.yaml")["alertmanager"]["config"]
    used = set()
    for receiver in config["receivers"]:
        for kind in receiver.keys() - {"name"}:
            used.add(kind)
            assert all(set(integration) <= SETTINGS[kind] for integration in receiver[kind]), (
                receiver
            )
    assert used == {
        "webhook_configs",
        {"slack": "slack_configs", "teams": "msteamsv2_configs"}[chat],
    }


def test_without_monitoring_nothing_of_it_is_left(pristine: Repository) -> None:
    repository = pristine(monitoring="none")
    for name in (
        "monitoring",
        "docs/runbooks",
        "docs/slo.md",
        "ci/monitoring.sh",
        "ci/test-alerts.sh",
    ):
        assert not (repository / name).exists()
    assert [*repository.glob("helm/*/files")] == []
    assert not re.search(
        "prometheus|grafana|alertmanager", (repository / "README.md").read_text(), re.IGNORECASE
    )


def test_the_message_is_installed_with_the_routes_that_use_it(rendered: Path) -> None:
    installer = (rendered / "ci/monitoring.sh").read_text()
    for name in (
        "values.yaml",
        "values-$ENVIRONMENT.yaml",
        "alertmanager/values.yaml",
        "alertmanager/chat.tmpl",
    ):
        assert f"monitoring/{name}" in installer
    defined = re.findall(
        r'define "([\w.]+)"', (rendered / "monitoring/alertmanager/chat.tmpl").read_text()
    )
    used = re.findall(
        r'template "([\w.]+)"', (rendered / "monitoring/alertmanager/values.yaml").read_text()
    )
    assert set(used) <= set(defined)


def rules(repository: Path) -> list[dict[str, Any]]:
    [file] = repository.glob("helm/*/files/rules.yaml")
    return [rule for group in load(file)["groups"] for rule in group["rules"]]


def alerts(repository: Path) -> list[dict[str, Any]]:
    return [rule for rule in rules(repository) if "alert" in rule]


def dashboard(repository: Path) -> dict[str, Any]:
    [file] = repository.glob("helm/*/files/dashboard.json")
    board: dict[str, Any] = json.loads(file.read_text())
    return board


def queries(board: dict[str, Any]) -> Iterator[str]:
    for panel in board["panels"]:
        yield from (target["expr"] for target in panel.get("targets", ()))
    yield from (
        annotation["expr"] for annotation in board["annotations"]["list"] if "expr" in annotation
    )


def cells(position: dict[str, int]) -> Iterator[tuple[int, int]]:
    for column in range(position["x"], position["x"] + position["w"]):
        for line in range(position["y"], position["y"] + position["h"]):
            yield column, line


def keys(values: object, path: str = "") -> Iterator[str]:
    if isinstance(values, dict):
        for key, value in values.items():
            yield from keys(value, f"{path}.{key}")
    else:
        yield path


def load(file: Path) -> Any:
    return yaml.safe_load(file.read_text())
