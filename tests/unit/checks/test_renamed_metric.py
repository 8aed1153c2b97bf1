"""AG032: a metric that is renamed in the source only; who tests or collects series may name them."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import ScriptedToolchain, written

from scaffolder import checks
from scaffolder.model import Finding

_RULES = """groups:
  - name: shop
    rules:
      - alert: Errors
        expr: rate(shop_orders_total{job="shop"}[5m]) > 1
      - record: shop:seconds:p99
        expr: histogram_quantile(0.99, rate(shop_order_seconds_bucket{job="shop"}[5m]))
"""
_TESTS = """rule_files: [rules.yaml]
tests:
  - interval: 1m
    input_series:
      - series: shop_orders_total{job="shop"}
        values: 0+1x10
"""
_MONITOR = """kind: ServiceMonitor
apiVersion: monitoring.coreos.com/v1
metadata: {name: shop}
spec: {selector: {matchLabels: {app: shop}}, endpoints: [{port: http}]}
"""


def _found(root: Path, counted: str, others: dict[str, str]) -> list[Finding]:
    source = (
        "from prometheus_client import Counter, Histogram\n"
        f'orders = Counter("{counted}", "Orders")\n'
        'seconds = Histogram("shop_order_seconds", "Time")\n'
    )
    files = {
        "Dockerfile": 'FROM python:3.13\nCOPY . .\nCMD ["python", "app.py"]\n',
        "app.py": source,
        "monitoring/rules.yaml": _RULES,
        "deploy/monitor.yaml": _MONITOR,
    }
    report = checks.run(
        written(root, files | others),
        checks.choose(select=["AG032"], ignore=[]),
        ScriptedToolchain({}),
    )
    return [finding for result in report.results for finding in result.findings]


@pytest.mark.parametrize("renamed", ["shop_purchases_total", "shop_order_count_total", "shop_sold"])
def test_the_rules_ask_for_the_old_name_whatever_their_tests_name(
    renamed: str, tmp_path: Path
) -> None:
    (finding,) = _found(tmp_path, renamed, {"monitoring/tests.yaml": _TESTS})
    assert "Errors asks for shop_orders_total, which the service does not expose" in finding.message
    assert renamed.removesuffix("_total") in finding.fix


@pytest.mark.parametrize(
    "others",
    [
        pytest.param({"exporter.yaml": "rules:\n  - name: shop_orders_total\n"}, id="exporter"),
        pytest.param({"otel/collector.yaml": "rename: {to: shop_orders}\n"}, id="collector"),
    ],
)
def test_a_configuration_that_makes_the_series_is_a_source_of_it(
    others: dict[str, str], tmp_path: Path
) -> None:
    assert not _found(tmp_path, "shop_purchases_total", others)


def test_the_name_that_is_asked_for_is_exposed(tmp_path: Path) -> None:
    assert not _found(tmp_path, "shop_orders_total", {"monitoring/tests.yaml": _TESTS})
