"""Rules, routes and objects of repositories that were not generated: what is right there, and what stays found."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from support import TODAY, ScriptedToolchain, said, written

from scaffolder import checks
from scaffolder.errors import ToolTimeout
from scaffolder.model import Outcome, Result, Severity
from scaffolder.repository.budget import Budget
from scaffolder.repository.project import Project
from scaffolder.tools.process import CompletedRun
from scaffolder.tools.programs import Tool


def results(root: Path, files: Mapping[str, str], *ids: str) -> dict[str, Result]:
    chosen = [check for check in checks.every(today=TODAY) if check.id in ids]
    report = checks.run(written(root, files), chosen, ScriptedToolchain({}))
    return {result.check.id: result for result in report.results}


def messages(root: Path, files: Mapping[str, str], check: str) -> list[str]:
    return [
        f"{finding.message} | {finding.fix}"
        for result in results(root, files, check).values()
        for finding in result.findings
    ]


# ---- templates of other programs -----------------------------------------------------------------

RULES = (
    "groups:\n  - name: a\n    rules:\n      - alert: Slow\n        expr: EXPR\n        for: FOR\n"
)


@pytest.mark.parametrize(
    ("expr", "duration", "number"),
    [
        ("up > <%= p('a.threshold') %>", "1m", 0),
        ("up >", "<%= p('a.time') %>", 0),
        ("up > @@LIMIT@@", "1m", 0),
        ("up > %%LIMIT%%", "1m", 0),
        ("up >", "1m", 1),
        ("up > > 1", "1m  # 5 % of all, then 10 %", 1),
    ],
)
def test_rules_that_are_filled_in_first_are_not_read(
    expr: str, duration: str, number: int, tmp_path: Path
) -> None:
    text = RULES.replace("EXPR", expr).replace("FOR", duration)
    files = {
        "rules/a.yml": text,
        "rules/b.yml": RULES.replace("EXPR", "up == 0").replace("FOR", "1m"),
    }
    result = results(tmp_path, files, "MO001")["MO001"]
    assert len(result.findings) == number
    assert ("1 template" in result.limit) is not bool(number)


RULE_OBJECT = """\
MARKapiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata: {name: a}
spec:
  groups:
    - name: a
      rules:
        - alert: Slow
          expr: up == 0
"""


@pytest.mark.parametrize(
    ("mark", "number"),
    [
        ("$schema: /openshift/prometheus-rule-1.yml\n", 0),
        ("x-owner: team\n", 0),
        ("", 0),
        ("schema: /openshift/prometheus-rule-1.yml\n", 1),
    ],
)
def test_an_object_may_have_a_mark_of_who_delivers_it(
    mark: str, number: int, tmp_path: Path
) -> None:
    files = {"k8s/rules.yaml": RULE_OBJECT.replace("MARK", mark)}
    assert len(messages(tmp_path, files, "K8002")) == number


# ---- tests of rules have a time ------------------------------------------------------------------


class Slow(ScriptedToolchain):
    """A stand-in for promtool that does not end on files called slow."""

    def run(self, tool: Tool, *args: str, cwd: Path | None = None, **options: Any) -> CompletedRun:
        if "slow.yml" in args:
            raise ToolTimeout("promtool did not finish within 30 s and was killed")
        return super().run(tool, *args, cwd=cwd, **options)


def of_tests(root: Path, *names: str, seconds: float = 60.0) -> Result:
    test = "rule_files: [rules.yml]\ntests:\n  - interval: 1m\n    alert_rule_test: []\n"
    written(root, dict.fromkeys(names, test) | {"rules.yml": "groups: []\n"})
    chosen = [check for check in checks.every(today=TODAY) if check.id == "MO004"]
    tools = Slow({"promtool": said("SUCCESS")})
    project = Project(root, budget=Budget(seconds=seconds))
    (result,) = checks.run(project, chosen, tools).results
    return result


def test_a_slow_file_of_tests_takes_no_verdict_of_the_others(tmp_path: Path) -> None:
    result = of_tests(tmp_path, "a.yml", "slow.yml", "z.yml")
    assert (result.outcome, result.detail) == (Outcome.PASSED, "3 test files")
    assert result.limit == "slow.yml: promtool did not finish within 30 s and was killed"


def test_only_slow_files_are_no_verdict(tmp_path: Path) -> None:
    assert of_tests(tmp_path, "slow.yml").outcome is Outcome.BROKEN


def test_tests_beyond_the_time_are_not_run(tmp_path: Path) -> None:
    result = of_tests(tmp_path, "a.yml", "b.yml", seconds=0.0)
    assert (result.outcome, result.reason) == (
        Outcome.SKIPPED,
        "2 test files: the others took 0 s",
    )


# ---- routes --------------------------------------------------------------------------------------

ROUTES = """\
route:
  receiver: FIRST
  routes:
    - receiver: chat
      matchers: [alertname="Slow"]  # or alertname="LatencyHigh"
# inhibit_rules:
#   - source_matchers: [alertname="Gone"]
receivers:
  - name: FIRST
  - name: chat
    slack_configs: [{channel: a}]
"""
SLOW = RULES.replace("EXPR", "up == 0").replace("FOR", "1m")


def test_an_alert_in_a_comment_is_not_named(tmp_path: Path) -> None:
    files = {"rules/a.yml": SLOW, "alertmanager/alertmanager.yml": ROUTES}
    assert messages(tmp_path, files, "AG039") == []
    files["alertmanager/alertmanager.yml"] = ROUTES.replace('"Slow"', '"Slower"')
    assert len(messages(tmp_path / "b", files, "AG039")) == 1


@pytest.mark.parametrize(
    ("file", "first", "severities"),
    [
        ("alertmanager/alertmanager.yml", '"null"', [Severity.WARNING]),
        ("alertmanager/alertmanager.yml", "noreceiver", [Severity.WARNING]),
        ("alertmanager/alertmanager.yml", "blackhole", [Severity.WARNING]),
        ("alertmanager/alertmanager.yml", "default-null", [Severity.WARNING]),
        ("internal/mock/alertmanager.yml", "team", []),
        ("tests/integration/alertmanager.yml", "team", []),
        ("alertmanager/alertmanager.yml", "nobody", [Severity.ERROR]),
        ("alertmanager/alertmanager.yml", "nullable-team", [Severity.ERROR]),
    ],
)
def test_a_receiver_may_drop_alerts_on_purpose(
    file: str, first: str, severities: list[Severity], tmp_path: Path
) -> None:
    told = results(tmp_path, {file: ROUTES.replace("FIRST", first)}, "AG040").values()
    assert [finding.severity for one in told for finding in one.findings] == severities


# ---- recorded series -----------------------------------------------------------------------------


def recording(*names: str, asked: tuple[str, ...]) -> dict[str, str]:
    rules = [f"      - record: {name}\n        expr: up\n" for name in names]
    rules += [
        f"      - alert: A{number}\n        expr: {name} > 1\n" for number, name in enumerate(asked)
    ]
    return {"rules/a.yml": "groups:\n  - name: a\n    rules:\n" + "".join(rules)}


FOREIGN = tuple(
    f"cluster:{name}:sum" for name in ("nodes", "alerts", "capacity", "version", "usage")
)


@pytest.mark.parametrize(
    ("asked", "number"),
    [
        (FOREIGN, 0),  # most come by remote write
        ((*FOREIGN, "cluster:cpu_capacity_core:id"), 1),  # a letter
        (("cluster:cpu_capacity_cores:id", "cluster:cpu_cores:id"), 1),
        (("cluster:cpu_capacity_cores:id",), 0),
    ],
)
def test_series_may_be_recorded_where_they_come_from(
    asked: tuple[str, ...], number: int, tmp_path: Path
) -> None:
    files = recording("cluster:cpu_capacity_cores:id", asked=asked)
    assert len(messages(tmp_path, files, "AG034")) == number


# ---- tests of source sets ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("folder", "number"),
    [
        ("src/contractTest/resources", 0),
        ("src/aat/resources", 0),
        ("src/integrationTest/resources", 0),
        ("src/main/resources", 1),
        ("src/latest/resources", 1),
    ],
)
def test_settings_of_tests_need_no_variable(folder: str, number: int, tmp_path: Path) -> None:
    files = {
        "Dockerfile": "FROM eclipse-temurin:21-jre\n",
        "build.gradle": "plugins { id 'java' }\n",
        "compose.yaml": "services:\n  a:\n    build: .\n    environment: {OTHER: b}\n",
        "src/main/java/A.java": "class A {}\n",
        f"{folder}/application.properties": "mail.to=${CW_EMAIL}\n",
    }
    assert len(messages(tmp_path, files, "AG061")) == number


# ---- jobs of the configuration that loads the rules ----------------------------------------------

SCRAPES = """\
rule_files: [PATTERN]
scrape_configs:
  - job_name: node-exporter
    static_configs: [{targets: ["node:9100"]}]
  - job_name: cadvisor
    static_configs: [{targets: ["cadvisor:8080"]}]
MORE"""
SELECTS = """\
groups:
  - name: a
    rules:
      - alert: Full
        expr: node_filesystem_free_bytes{job="JOB"} < 1
      - alert: Fuller
        expr: node_filesystem_free_bytes{job="JOB"} < 2
"""


@pytest.mark.parametrize(
    ("job", "pattern", "more", "number"),
    [
        ("node", "/etc/prometheus/alerts.yml", "", 1),
        ("node", "*.yml", "", 1),
        ("nodes-exporter", "alerts.yml", "", 1),
        ("node-exporter", "alerts.yml", "", 0),
        ("node", "other.yml", "", 0),
        ("node", "alerts.yml", "    relabel_configs: [{target_label: job, replacement: a}]\n", 0),
        ("node", "alerts.yml", "    honor_labels: true\n", 0),
        ("node", "alerts.yml", "scrape_config_files: [a.yml]\n", 0),
    ],
)
def test_a_rule_selects_a_job_that_is_scraped(
    job: str, pattern: str, more: str, number: int, tmp_path: Path
) -> None:
    files = {
        "prometheus/prometheus.yml": SCRAPES.replace("PATTERN", f'"{pattern}"').replace(
            "MORE", more
        ),
        "prometheus/alerts.yml": SELECTS.replace("JOB", job),
    }
    told = messages(tmp_path, files, "AG035")
    assert len(told) == number
    if number:
        assert told[0].endswith('select job="node-exporter"')
        assert "1 more rule" in told[0]
