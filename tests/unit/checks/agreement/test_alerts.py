"""AG038 to AG040: runbooks of alerts, names of alerts, receivers."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import places

RULES = """\
groups:
  - name: shop
    rules:
      - alert: ShopDown
        expr: up == 0
        labels: {severity: SEVERITY}
        annotations: {summary: x, runbook_url: https://git.example.com/shop/blob/main/docs/runbooks/ShopDown.md}
"""
ROUTING = """\
route:
  receiver: chat
  routes:
    - receiver: pager
      matchers: ['severity="page"']
receivers:
  - name: chat
    slack_configs: [{channel: x, api_url: 'https://x.test'}]
  - name: pager
    slack_configs: [{channel: y, api_url: 'https://x.test'}]
"""
TEST = """\
rule_files: [rules.yml]
tests:
  - interval: 1m
    alert_rule_test:
      - eval_time: 5m
        alertname: ALERT
"""


def files(
    alert: str = "ShopDown", runbook: str = "ShopDown", routing: str = ROUTING
) -> dict[str, str]:
    return {
        "monitoring/rules.yml": RULES.replace("SEVERITY", "page"),
        "monitoring/test.yml": TEST.replace("ALERT", alert),
        "monitoring/alertmanager.yml": routing,
        f"docs/runbooks/{runbook}.md": f"# {runbook}\n",
    }


@pytest.mark.parametrize("check", ["AG038", "AG039", "AG040"])
def test_alerts_runbooks_and_receivers_go_together(check: str, tmp_path: Path) -> None:
    assert places(tmp_path, files(), check) == []


def test_an_alert_without_its_runbook_is_found(tmp_path: Path) -> None:
    assert any(
        place.startswith("monitoring/rules.yml")
        for place in places(tmp_path, files(runbook="Other"), "AG038")
    )


def test_an_alert_that_a_test_names_and_that_is_none_is_found(tmp_path: Path) -> None:
    assert places(tmp_path, files(alert="ShopIsDown"), "AG039") == ["monitoring/test.yml:6"]


def test_a_route_to_a_receiver_that_is_not_there_is_found(tmp_path: Path) -> None:
    routing = ROUTING.replace("- receiver: pager", "- receiver: pages")
    assert "monitoring/alertmanager.yml:4" in places(tmp_path, files(routing=routing), "AG040")
