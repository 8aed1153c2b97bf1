"""Charts, rendered for each environment without Helm, and plain objects."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support import written

from scaffolder.repository.facts.charts import charts, merged, objects, rendered_with, unread

CHART = {
    "chart/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
    "chart/values.yaml": "port: 80\nlabels: {team: a}\n",
    "chart/values-prod.yaml": "port: 8080\n",
    "chart/templates/service.yaml": (
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: shop\n"
        "spec:\n  ports:\n    - port: {{ .Values.port }}\n"
    ),
}


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ({"a": 1}, {"b": 2}, {"a": 1, "b": 2}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 3}}, {"a": {"b": 3, "c": 2}}),
        ({"a": 1, "b": 2}, {"a": None}, {"b": 2}),
        ({"a": {"b": 1}}, {"a": [1]}, {"a": [1]}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
    ],
)
def test_values_are_merged_as_helm_merges_them(first: Any, second: Any, expected: Any) -> None:
    assert merged(first, second) == expected


def test_a_chart_is_rendered_for_each_environment(tmp_path: Path) -> None:
    (chart,) = charts(written(tmp_path, CHART))
    assert chart.name == "shop"
    ports = {
        rendering.environment: rendering.objects[0].get("spec", "ports", 0, "port")
        for rendering in chart.renderings
    }
    assert ports["prod"] == 8080


def test_a_chart_is_rendered_with_other_values(tmp_path: Path) -> None:
    project = written(tmp_path, CHART)
    (chart,) = charts(project)
    (service,) = rendered_with(project, chart, "", {"port": 9090})
    assert service.get("spec", "ports", 0, "port") == 9090


def test_objects_are_those_of_charts_and_plain_files(tmp_path: Path) -> None:
    plain = "apiVersion: v1\nkind: Service\nmetadata: {name: db}\n"
    found = objects(written(tmp_path, {**CHART, "k8s/db.yaml": plain}))
    assert {(one.kind, one.name, bool(one.origins)) for one in found} == {
        ("Service", "shop", True),
        ("Service", "db", False),
    }


def test_a_template_that_does_not_parse_is_unread(tmp_path: Path) -> None:
    project = written(tmp_path, {**CHART, "chart/templates/broken.yaml": "{{ if }\n"})
    assert [one.path for one in unread(project)] == [Path("chart/templates/broken.yaml")]
    assert [one.name for one in objects(project)][:1] == ["shop"]


def test_charts_that_others_bring_and_libraries_are_left_out(tmp_path: Path) -> None:
    library = "apiVersion: v2\nname: lib\nversion: 1.0.0\ntype: library\n"
    project = written(
        tmp_path,
        {
            **CHART,
            "lib/Chart.yaml": library,
            "chart/charts/redis/Chart.yaml": "apiVersion: v2\nname: redis\nversion: 1.0.0\n",
        },
    )
    assert [chart.name for chart in charts(project)] == ["shop"]
