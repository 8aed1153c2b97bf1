"""AG060: the bounds of buckets that rules and dashboards select."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import ScriptedToolchain

from scaffolder import checks
from scaffolder.repository.project import Project


def found(root: Path, check: str, files: dict[str, str]) -> list[str]:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    report = checks.run(
        Project(root), checks.choose(select=[check], ignore=[]), ScriptedToolchain({})
    )
    return [
        f"{finding.path.as_posix()}:{finding.line}"
        for result in report.results
        for finding in result.findings
    ]


def rules(bound: str, operator: str = "=") -> str:
    return f"""\
groups:
  - name: shop
    rules:
      - alert: Slow
        expr: sum(rate(shop_seconds_bucket{{le{operator}"{bound}"}}[5m])) < 0.9
"""


def compose(image: str) -> str:
    return f"services:\n  prometheus:\n    image: {image}\n"


SOURCE = 'BUCKETS = (0.1, 0.25, 0.5, 1, 2.5)\nNAME = "shop_seconds"\n'


@pytest.mark.parametrize(
    "image", ["prom/prometheus:v3.7.3", "quay.io/prometheus/prometheus:v3.0.1@sha256:" + "a" * 64]
)
@pytest.mark.parametrize("bound", ["1", "5", "10"])
def test_a_whole_number_selects_nothing_in_prometheus_3(
    image: str, bound: str, tmp_path: Path
) -> None:
    files = {"rules.yaml": rules(bound), "compose.yaml": compose(image)}
    assert found(tmp_path, "AG060", files) == ["rules.yaml:5"]


@pytest.mark.parametrize(
    ("bound", "operator", "image"),
    [
        ("1", "=", "prom/prometheus:v2.55.1"),
        ("1", "=", "grafana/grafana:12.3.0"),
        ("1.0", "=", "prom/prometheus:v3.7.3"),
        ("0.25", "=", "prom/prometheus:v3.7.3"),
        ("1([.]0)?", "=~", "prom/prometheus:v3.7.3"),
        ("+Inf", "=", "prom/prometheus:v3.7.3"),
    ],
)
def test_a_bound_as_it_is_stored_is_accepted(
    bound: str, operator: str, image: str, tmp_path: Path
) -> None:
    files = {"rules.yaml": rules(bound, operator), "compose.yaml": compose(image)}
    assert found(tmp_path, "AG060", files) == []


@pytest.mark.parametrize("bound", ["0.3", "0.75", "30"])
def test_a_bound_that_is_no_bucket_is_found(bound: str, tmp_path: Path) -> None:
    files = {"rules.yaml": rules(bound), "app/metrics.py": SOURCE, "requirements.txt": "flask\n"}
    assert found(tmp_path, "AG060", files) == ["rules.yaml:5"]


@pytest.mark.parametrize(
    "source",
    [
        SOURCE.replace("0.25", "0.3"),
        'NAME = "shop_seconds"\n',
        SOURCE + "OTHER_BUCKETS = (1, 2, 3, 4)\n",
        'BUCKETS = (0.1, 0.25, 0.5)\nNAME = "cart_seconds"\n',
    ],
    ids=["is-a-bucket", "default", "two-lists", "another-histogram"],
)
def test_a_bound_of_which_nothing_is_known_is_accepted(source: str, tmp_path: Path) -> None:
    files = {"rules.yaml": rules("0.3"), "app/metrics.py": source, "requirements.txt": "flask\n"}
    assert found(tmp_path, "AG060", files) == []
