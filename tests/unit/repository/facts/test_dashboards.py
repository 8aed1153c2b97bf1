"""Dashboards of Grafana: their queries, languages and variables."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support import written

from scaffolder.repository.facts.dashboards import (
    dashboards,
    language_beside,
    panels,
    queries,
)

EXPRESSION = "rate(orders_total[5m])"


def board(source: Any = None, expression: str = EXPRESSION, **more: Any) -> str:
    panel = {
        "title": "Orders",
        "datasource": source,
        "targets": [{"expr": expression}],
    }
    return json.dumps({"title": "Shop", "panels": [panel], **more}, indent=1)


@pytest.mark.parametrize(
    ("source", "language"),
    [
        (None, "PromQL"),
        ({"type": "prometheus", "uid": "x"}, "PromQL"),
        ({"type": "victoriametrics-datasource"}, "MetricsQL"),
        ({"type": "loki"}, "LogQL"),
        ("Loki", "LogQL"),
    ],
)
def test_a_query_has_the_language_of_its_source(source: Any, language: str, tmp_path: Path) -> None:
    (one,) = queries(written(tmp_path, {"d.json": board(source)}))
    assert one.language == language
    assert one.title == "Orders"
    assert one.expression == EXPRESSION


def test_panels_are_the_queries_that_are_like_promql(tmp_path: Path) -> None:
    files = {"a.json": board(), "b.json": board({"type": "loki"})}
    project = written(tmp_path, files)
    assert [one.place.path.name for one in panels(project)] == ["a.json"]
    assert [one.place.path.name for one in queries(project)] == ["a.json", "b.json"]


def test_queries_of_rows_are_found(tmp_path: Path) -> None:
    inner = json.loads(board())["panels"][0]
    text = json.dumps({"panels": [{"type": "row", "panels": [inner]}]})
    assert [one.title for one in queries(written(tmp_path, {"d.json": text}))] == ["Orders"]


def test_the_values_of_variables_are_known(tmp_path: Path) -> None:
    variable = {
        "name": "job",
        "type": "custom",
        "query": "a,b",
        "options": [{"value": "a"}, {"value": "b"}],
    }
    text = board(templating={"list": [variable]})
    (one,) = queries(written(tmp_path, {"d.json": text}))
    assert set(one.values["job"]) == {"a", "b"}


@pytest.mark.parametrize(
    ("file", "text", "is_one"),
    [
        ("d.json", board(), True),
        ("d.json", '{"panels": []}', False),
        ("testdata/d.json", board(), False),
        ("d.yaml", board(), False),
    ],
)
def test_a_dashboard_is_a_file_with_targets(
    file: str, text: str, *, is_one: bool, tmp_path: Path
) -> None:
    assert bool(dashboards(written(tmp_path, {file: text}))) is is_one


@pytest.mark.parametrize(
    ("expression", "language"), [("vm_rows", "MetricsQL"), ("vmx_rows", ""), (EXPRESSION, "")]
)
def test_a_dashboard_may_ask_victoriametrics(
    expression: str, language: str, tmp_path: Path
) -> None:
    project = written(tmp_path, {"d.json": board(expression=expression)})
    assert language_beside(project) == language
