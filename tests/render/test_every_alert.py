"""Every alert of every platform, workload and way to release fires in a test, and a real Prometheus loads every rule file."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
import yaml
from support import Repository

from scaffolder.template import answers

PROMETHEUS = shutil.which("prometheus")
PATIENCE = 300.0  # seconds; an idle machine needs one

ROWS: dict[str, dict[str, Any]] = {
    "AWS": {},
    "Azure": {"cloud": "azure", "runtime": "go"},
    "a cluster that is there": {"cloud": "none", "runtime": "node"},
    "a platform's cluster": {"cluster": "shared", "runtime": "python"},
    "shared gateway and monitoring": {"cloud": "none", "platform_parts": "existing"},
    "a worker": {"workload": "worker", "runtime": "go"},
    "a job": {"workload": "cron", "runtime": "python"},
    "a server of AWS": {"runs_on": "server", "level": "work", "runtime": "go"},
    "a server of Azure": {"runs_on": "server", "cloud": "azure", "level": "work", "runtime": "go"},
    "several servers": {"runs_on": "server", "servers": 3, "level": "work", "runtime": "node"},
    **{
        way: {"rollout": way, "runtime": "go"}
        for way in ("recreate", "blue-green", "canary", "header")
    },
    "Teams": {"chat": "teams"},
    "two environments": {"environments": ("dev", "prod")},
}
ASKED = ("cloud", "cluster", "platform_parts", "workload", "runs_on", "rollout", "chat")
"""The questions on whose answers rules, or where they are, depend."""


@pytest.fixture(params=ROWS, ids=lambda name: name.replace(" ", "-"))
def root(request: pytest.FixtureRequest, pristine: Repository) -> Path:
    return pristine(**ROWS[request.param])


def _rules(root: Path) -> dict[Path, set[str]]:
    """Return the alerts of each file that Prometheus loads."""
    found = {}
    for path in sorted(root.rglob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        if re.match(r"(#.*\n|\n)*groups:", text):
            groups = yaml.safe_load(text)["groups"]
            found[path] = {
                rule["alert"] for group in groups for rule in group["rules"] if "alert" in rule
            }
    return found


def _tests(root: Path) -> Iterator[dict[str, Any]]:
    for path in sorted((root / "monitoring/tests").glob("*.yaml")):
        yield from yaml.safe_load(path.read_text(encoding="utf-8"))["tests"]


def _asked_about(test: dict[str, Any], *, fire: bool) -> set[str]:
    """Return the alerts that a test of promtool expects to fire at some time, or not to."""
    cases = test.get("alert_rule_test", [])
    found = {case["alertname"] for case in cases if bool(case["exp_alerts"]) is fire}
    for case in test.get("promql_expr_test", []):
        if bool(case["exp_samples"]) is fire:
            found |= set(re.findall(r'alertname="(\w+)"', case["expr"]))
    return found


def test_the_rows_have_each_answer_that_rules_depend_on() -> None:
    given = {(name, row[name]) for row in ROWS.values() for name in ASKED if name in row}
    service = answers.complete({"service_name": "my-service"})
    given |= {(name, service[name]) for name in ASKED if name in service}
    asked = [question for question in answers.questions() if question.name in ASKED]
    wanted = {
        (question.name, choice.value)
        for question in asked
        for choice in question.choices_given({**service, "cloud": "aws"})
    }
    assert {name for name, _ in wanted} == set(ASKED)
    assert wanted <= given | {("platform_parts", "create"), ("chat", "slack")}


def test_every_alert_fires_in_a_test_and_no_test_asks_for_another(root: Path) -> None:
    alerts = set().union(*_rules(root).values())
    assert alerts
    assert alerts == set().union(*(_asked_about(test, fire=True) for test in _tests(root)))


def test_every_alert_is_quiet_in_a_test(root: Path) -> None:
    """A test that only ever sees it fire would not notice that it always does, as Watchdog must."""
    alerts = set().union(*_rules(root).values())
    quiet = set().union(*(_asked_about(test, fire=False) for test in _tests(root)))
    assert alerts - quiet <= {"Watchdog"}


@pytest.mark.skipif(not PROMETHEUS, reason="prometheus is not installed")
def test_a_real_prometheus_loads_every_rule_file(pristine: Repository, tmp_path: Path) -> None:
    """All in one process: a file that it does not take keeps it from starting."""
    rules = {
        str(path): alerts
        for row in ROWS.values()
        for path, alerts in _rules(pristine(**row)).items()
    }
    configuration = tmp_path / "prometheus.yml"
    configuration.write_text(yaml.safe_dump({"rule_files": sorted(rules)}), encoding="utf-8")
    with _running(configuration, tmp_path) as port:
        groups = _asked(port, "/api/v1/rules")["data"]["groups"]
    loaded: dict[str, set[str]] = {}
    for group in groups:
        names = {rule["name"] for rule in group["rules"] if rule["type"] == "alerting"}
        loaded.setdefault(group["file"], set()).update(names)
    assert loaded == rules


@contextmanager
def _running(configuration: Path, folder: Path) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    words = ["--storage.tsdb.path", str(folder / "data"), "--config.file", str(configuration)]
    with (folder / "log").open("w") as log:
        program = subprocess.Popen(
            [str(PROMETHEUS), *words, f"--web.listen-address=127.0.0.1:{port}"],
            stdout=log,
            stderr=log,
        )
    try:
        end = time.monotonic() + PATIENCE
        while not _is_ready(port):
            assert program.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < end, (folder / "log").read_text()
            time.sleep(0.2)
        yield port
    finally:
        program.terminate()
        program.wait(30)


def _is_ready(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/-/ready")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _asked(port: int, path: str) -> dict[str, Any]:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path)
        answer: dict[str, Any] = json.loads(connection.getresponse().read())
        return answer
    finally:
        connection.close()
