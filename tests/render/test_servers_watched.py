"""Monitoring of servers: each alert of their rules fires in a test, and the rules ask nothing that only Kubernetes has."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from support import Repository


@pytest.fixture(scope="module")
def repository(pristine: Repository) -> Path:
    """A service on two servers, with monitoring."""
    return pristine(cloud="aws", runtime="go", level="work", runs_on="server", servers=2)


def _alerts(file: Path) -> set[str]:
    groups = yaml.safe_load(file.read_text(encoding="utf-8"))["groups"]
    return {rule["alert"] for group in groups for rule in group["rules"] if "alert" in rule}


def _fires(test: dict[str, Any]) -> set[str]:
    """Return the alerts that a test of promtool expects to fire."""
    asked = test.get("alert_rule_test", [])
    fired = {case["alertname"] for case in asked if case["exp_alerts"]}
    for case in test.get("promql_expr_test", []):
        if case["exp_samples"]:
            fired |= set(re.findall(r'alertname="(\w+)"', case["expr"]))
    return fired


def test_every_alert_of_servers_fires_in_a_test(repository: Path) -> None:
    files = [
        repository / "monitoring/rules.yaml",
        repository / "server/roles/monitoring/files/watchdog.yaml",
    ]
    fired: set[str] = set()
    for file in (repository / "monitoring/tests").iterdir():
        for test in yaml.safe_load(file.read_text(encoding="utf-8"))["tests"]:
            fired |= _fires(test)
    assert set().union(*(_alerts(file) for file in files)) == fired


def test_no_rule_of_servers_asks_what_only_a_cluster_measures(repository: Path) -> None:
    text = (repository / "monitoring/rules.yaml").read_text(encoding="utf-8")
    assert not re.search(r"\b(kube_|container_)\w+", text)
    assert not re.search(r"\bpods?\b", text)


def test_every_alert_of_servers_has_a_runbook_and_no_runbook_is_left_over(
    repository: Path,
) -> None:
    pages = {page.stem for page in (repository / "docs/runbooks").glob("*.md")} - {"README"}
    assert pages == _alerts(repository / "monitoring/rules.yaml")


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not installed")
def test_the_alerts_about_servers_fire_when_they_should_and_end(repository: Path) -> None:
    done = subprocess.run(
        ["promtool", "test", "rules", "monitoring/tests/servers.yaml"],
        cwd=repository,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
