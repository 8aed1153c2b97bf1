"""MO001 to MO003: only what Prometheus reads is judged as PromQL, wherever others lie beside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support import ScriptedToolchain, said, written

from scaffolder import checks
from scaffolder.model import Outcome, Result

pytest.importorskip("promql_parser")

BROKEN = "sum(rate(orders_total[5m])"


def judged(
    root: Path, files: dict[str, str], check: str = "MO002", *, exit_code: int = 0, stderr: str = ""
) -> Result | None:
    """The result of a check; None if it had nothing to look at."""
    toolchain = ScriptedToolchain({"promtool": said(exit_code=exit_code, stderr=stderr)})
    report = checks.run(written(root, files), checks.choose(select=[check], ignore=[]), toolchain)
    return report.results[0] if report.results else None


def messages(result: Result | None) -> list[str]:
    return [finding.message.partition(":")[0] for finding in result.findings] if result else []


def board(*panels: dict[str, Any], **settings: Any) -> str:
    return json.dumps({"panels": [{"title": "P", **panel} for panel in panels], **settings})


def panel(expression: str, source: object = None, **of_target: Any) -> dict[str, Any]:
    return {"datasource": source, "targets": [{"expr": expression, **of_target}]}


def variable(kind: str, name: str, query: str) -> dict[str, Any]:
    return {"list": [{"type": kind, "name": name, "query": query}]}


LOGS = 'sum(count_over_time({app="x"} |= "error" [$__auto]))'
OF_OTHERS = {
    "loki by its type": board(panel(LOGS, {"type": "loki", "uid": "abc"})),
    "loki by a variable": board(
        panel(LOGS, {"uid": "${logs}"}), templating=variable("datasource", "logs", "loki")
    ),
    "loki by a variable as a text": board(
        panel(LOGS, "$logs"), templating=variable("datasource", "logs", "loki")
    ),
    "loki by an input of an export": board(
        panel("not { promql", "${DS_LOGS}"),
        __inputs=[{"name": "DS_LOGS", "type": "datasource", "pluginId": "loki"}],
    ),
    "loki by its name": board(panel("{a} not promql", "Loki (prod)")),
    "loki by nothing but its language": board(panel(LOGS)),
    "mixed, each target its own": board(
        panel(
            "fields @timestamp | sort",
            {"type": "datasource", "uid": "-- Mixed --"},
            datasource={"type": "cloudwatch"},
        )
    ),
    "influx": board(panel('SELECT mean("x") FROM "y"', "InfluxDB")),
    "elasticsearch": board(panel("status:500 AND NOT a", {"type": "elasticsearch"})),
    "an expression of Grafana": board(panel("$A > 1 && $B", {"type": "__expr__"})),
    "metricsql": board(panel("median_over_time(x[5m])", {"type": "prometheus"})),
    "metricsql by its type": board(
        panel("rate(x)", {"type": "victoriametrics-metrics-datasource"})
    ),
    "an annotation": board(
        annotations={"list": [{"name": "A", "datasource": "$loki", "expr": LOGS}]},
        templating=variable("datasource", "loki", "loki"),
    ),
    "old rows": json.dumps({"rows": [{"panels": [panel(LOGS, "Loki")]}]}),
}


@pytest.mark.parametrize("text", OF_OTHERS.values(), ids=OF_OTHERS)
def test_a_query_to_something_else_is_not_judged(text: str, tmp_path: Path) -> None:
    result = judged(tmp_path, {"board.json": text})
    assert messages(result) == []
    assert result is None or result.outcome is not Outcome.PASSED


def test_a_provisioned_data_source_tells_what_its_name_means(tmp_path: Path) -> None:
    sources = (
        "datasources:\n  - {name: Main, uid: m1, type: loki}\n  - {name: X, type: prometheus}\n"
    )
    boards = board(panel("{ no", "Main"), panel("{ no", {"uid": "m1"}), panel(BROKEN, "X"))
    result = judged(tmp_path, {"grafana/ds.yaml": sources, "board.json": boards})
    assert result is not None
    assert (len(result.findings), result.limit) == (1, "2 queries in LogQL")


TO_PROMETHEUS = {
    "by its type": board(panel(BROKEN, {"type": "prometheus"})),
    "by default": board(panel(BROKEN)),
    "by a variable": board(
        panel(BROKEN, "$ds"), templating=variable("datasource", "ds", "prometheus")
    ),
    "by an input of an export": board(
        panel(BROKEN, "${DS_P}"),
        __inputs=[{"name": "DS_P", "type": "datasource", "pluginId": "prometheus"}],
    ),
    "in a row of an old dashboard": json.dumps({"rows": [{"panels": [panel(BROKEN)]}]}),
    "in an exported answer of the API": json.dumps({"dashboard": {"panels": [panel(BROKEN)]}}),
    "beside a query of Loki": board(panel(LOGS, "Loki"), panel(BROKEN, "Prometheus")),
}


@pytest.mark.parametrize("text", TO_PROMETHEUS.values(), ids=TO_PROMETHEUS)
def test_a_mistake_in_a_query_to_prometheus_is_found(text: str, tmp_path: Path) -> None:
    result = judged(tmp_path, {"board.json": text})
    assert len(messages(result)) == 1


def test_an_empty_query_asks_nothing(tmp_path: Path) -> None:
    result = judged(tmp_path, {"board.json": board(panel("  "), panel("up"))})
    assert result is not None
    assert result.outcome is Outcome.PASSED


def test_a_number_of_the_dashboard_is_a_number(tmp_path: Path) -> None:
    text = board(panel("topk($k, up)"), templating=variable("custom", "k", "5,10"))
    result = judged(tmp_path, {"board.json": text})
    assert result is not None
    assert result.outcome is Outcome.PASSED


# ---- rules ---------------------------------------------------------------------------------------

GRAFANA = """\
apiVersion: 1
groups:
  - orgId: 1
    name: shop
    folder: shop
    interval: 1m
    rules:
      - uid: a
        title: CartIsSlow
        condition: A
        data: [{refId: A, datasourceUid: prometheus, model: {expr: up}}]
"""


def rules(expression: str, *, group: str = "", document: str = "") -> str:
    rule = f"      - alert: Failing\n        expr: {json.dumps(expression)}\n"
    return f"{document}groups:\n  - name: shop\n{group}    rules:\n{rule}"


def custom(kind: str, expression: str) -> str:
    inner = rules(expression).replace("\n", "\n  ").rstrip()
    return f"apiVersion: v1\nkind: {kind}\nmetadata: {{name: shop}}\nspec:\n  {inner}\n"


UNJUDGED = {
    "provisioned alerts of Grafana": GRAFANA,
    "rules of Loki": rules('sum(rate({app="x"} |= "error" [5m])) > 1'),
    "rules of Loki as objects": custom("AlertingRule", '{app="x"} |= "error"'),
    "rules of vmalert": rules("rate(x) default 0"),
    "rules of vmalert by their settings": rules("rate(x)", group="    type: graphite\n"),
    "rules of vmalert as objects": custom("VMRule", "rate(x)"),
    "groups of something else": "groups:\n  - name: a\n    rules:\n      - pattern: b\n",
}


@pytest.mark.parametrize("check", ["MO001", "MO003"])
@pytest.mark.parametrize("text", UNJUDGED.values(), ids=UNJUDGED)
def test_rules_of_another_program_are_not_judged(text: str, check: str, tmp_path: Path) -> None:
    assert judged(tmp_path, {"rules.yaml": text}, check, exit_code=1, stderr="no") is None


FILLED_IN = {
    "by Flux": rules("x > ${threshold}"),
    "by Jinja": rules("x > {{ threshold }}"),
}


@pytest.mark.parametrize("text", FILLED_IN.values(), ids=FILLED_IN)
def test_what_another_program_fills_in_is_not_held_against_the_rule(
    text: str, tmp_path: Path
) -> None:
    result = judged(tmp_path, {"rules.yaml": text}, "MO001")
    assert result is not None
    assert result.outcome is Outcome.PASSED
    assert judged(tmp_path, {"rules.yaml": text}, "MO003", exit_code=1, stderr="no") is None


WRONG = {
    "a file": rules(BROKEN),
    "a file of Thanos": rules(BROKEN, group="    partial_response_strategy: warn\n"),
    "a file of Mimir": rules(BROKEN, document="namespace: shop\n"),
    "a PrometheusRule": custom("PrometheusRule", BROKEN),
    "rules of Google's Prometheus": custom("ClusterRules", BROKEN),
    "a variable of Grafana": rules("rate(x[$__rate_interval])"),
}


@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG)
def test_a_mistake_in_a_rule_of_prometheus_is_found(text: str, tmp_path: Path) -> None:
    assert messages(judged(tmp_path, {"rules.yaml": text}, "MO001")) == ["Failing"]


def test_rules_that_tests_read_may_be_wrong(tmp_path: Path) -> None:
    assert judged(tmp_path, {"pkg/testdata/rules.yaml": rules(BROKEN)}, "MO001") is None


@pytest.mark.parametrize(
    "message",
    [
        "yaml: unmarshal errors: line 5: field query_offset not found in type rulefmt.RuleGroup",
        'unknown function with name "info"',
        'function "mad_over_time" is not enabled',
    ],
)
def test_a_promtool_that_is_too_old_gives_no_verdict(message: str, tmp_path: Path) -> None:
    result = judged(tmp_path, {"r.yaml": rules("up")}, "MO003", exit_code=1, stderr=message)
    assert result is not None
    assert (result.findings, "newer than this promtool" in result.limit) == ((), True)


RECORDED = """\
groups:
  - name: shop
    rules:
      - {record: "code:requests:rate5m", expr: 'sum by (code) (rate(x{code=~"2.."}[5m]))'}
      - {record: "code:requests:rate5m", expr: 'sum by (code) (rate(x{code=~"5.."}[5m]))'}
"""


def test_two_conditions_of_one_alert_are_no_duplicates(tmp_path: Path) -> None:
    text = rules("up == 0") + "      - {alert: Failing, expr: absent(up)}\n"
    stderr = "1 duplicate rule(s) found. Metric: Failing"
    assert messages(judged(tmp_path, {"r.yaml": text}, "MO003", exit_code=3, stderr=stderr)) == []
    twice = {"r.yaml": text.replace("absent(up)", "up == 0")}
    assert len(messages(judged(tmp_path, twice, "MO003", exit_code=3, stderr=stderr))) == 1


def test_rules_of_the_one_tenant_of_loki_are_not_promql(tmp_path: Path) -> None:
    assert judged(tmp_path, {"loki/rules/fake/a.yml": rules("1 > 0")}, "MO001") is None


@pytest.mark.parametrize(("second", "found"), [("5..", 0), ("2..", 1)])
def test_rules_that_record_other_series_are_no_duplicates(
    second: str, found: int, tmp_path: Path
) -> None:
    files = {"rules.yaml": RECORDED.replace("5..", second)}
    stderr = "1 duplicate rule(s) found. Metric: code:requests:rate5m"
    result = judged(tmp_path, files, "MO003", exit_code=3, stderr=stderr)
    assert len(messages(result)) == found
