"""Values that templates of a chart use, test, default and hand on."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.facts import used_values
from scaffolder.repository.facts.charts import Chart, charts
from scaffolder.repository.facts.used_values import (
    actions,
    is_handed_on,
    keys,
    reads,
    subcharts,
    unguarded,
)
from scaffolder.repository.project import Project


def chart(root: Path, template: str, more: str = "") -> tuple[Project, Chart]:
    files = {
        "chart/Chart.yaml": f"apiVersion: v2\nname: a\nversion: 1.0.0\n{more}",
        "chart/values.yaml": "a: 1\n",
        "chart/templates/a.yaml": template,
    }
    project = written(root, files)
    (one,) = charts(project)
    return project, one


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (".Values.a", ["a"]),
        (" include .Values.image.tag .Values.b ", ["image.tag", "b"]),
        (".Release.Name", []),
    ],
)
def test_an_action_names_values(action: str, expected: list[str]) -> None:
    assert keys(action) == expected


@pytest.mark.parametrize(
    ("template", "used"),
    [
        ("x: {{ .Values.image.tag }}\n", ["image.tag"]),
        ("x: {{ .Values.tag | default 1 }}\n", []),
        ("{{ if .Values.tag }}\nx: {{ .Values.tag }}\n{{ end }}\n", []),
        ("{{ with .Values.image }}\nx: {{ $.Values.image.tag }}\n{{ end }}\n", []),
        ("x: {{ .Values.global.tag }}\n", []),
        ("{{/* .Values.tag */}}\nx: y\n", []),
    ],
    ids=["plain", "a default", "tested", "above is tested", "global", "a comment"],
)
def test_a_value_may_be_unguarded(template: str, used: list[str], tmp_path: Path) -> None:
    assert [one.key for one in unguarded(*chart(tmp_path, template))] == used


def test_values_of_a_chart_that_is_brought_are_its_own(tmp_path: Path) -> None:
    more = "dependencies:\n  - {name: redis, version: 1.0.0}\n  - {name: x, alias: cache, version: 1.0.0}\n"
    project, one = chart(tmp_path, "x: {{ .Values.redis.a }}{{ .Values.cache.b }}\n", more)
    assert subcharts(one) == {"redis", "cache"}
    assert list(unguarded(project, one)) == []


def test_actions_have_their_line(tmp_path: Path) -> None:
    found = actions(*chart(tmp_path, "a: b\nx: {{ .Values.a }} {{ .Release.Name }}\n"))
    assert [(place.line, action.strip()) for place, action in found] == [(2, ".Values.a")]


def test_a_variable_may_hold_a_value_that_is_tested(tmp_path: Path) -> None:
    template = "{{ $a := .Values.a }}\n{{ if $a }}\nx: {{ $a }}\n{{ end }}\n{{ $b := .Values.b }}\n"
    assert used_values.tested_in_variables(*chart(tmp_path, template)) == {"a"}


@pytest.mark.parametrize(
    ("key", "handed_on"), [("pod.labels.a", True), ("pod.labels", False), ("pods.labels.a", False)]
)
def test_a_table_may_be_handed_on(key: str, *, handed_on: bool, tmp_path: Path) -> None:
    project, one = chart(tmp_path, "x: {{ toYaml .Values.pod.labels }}\n")
    assert is_handed_on(project, one, key) is handed_on


@pytest.mark.parametrize(
    ("key", "is_read"),
    [("image.tag", True), ("image", True), ("image.name", False), ("b.c", True), ("d", False)],
)
def test_a_value_may_be_read(key: str, *, is_read: bool, tmp_path: Path) -> None:
    template = "x: {{ .Values.image.tag }}\n{{ with .Values.b }}\ny: {{ .c }}\n{{ end }}\n"
    project, one = chart(tmp_path, template)
    assert reads(project, one, key) is is_read


def test_a_comment_over_lines_keeps_the_lines_behind_it(tmp_path: Path) -> None:
    found = actions(*chart(tmp_path, "{{/* .Values.b\n .Values.c */}}\nx: {{ .Values.a }}\n"))
    assert [place.line for place, _ in found] == [3]


def test_a_helper_that_nothing_includes_uses_nothing(tmp_path: Path) -> None:
    helpers = (
        '{{- define "a.used" -}}\n{{ .Values.a }}\n{{- end }}\n'
        '{{- define "a.unused" -}}\n{{ .Values.b }}\n{{- end }}\n'
    )
    files = {
        "chart/Chart.yaml": "apiVersion: v2\nname: a\nversion: 1.0.0\n",
        "chart/values.yaml": "a: 1\n",
        "chart/templates/_helpers.tpl": helpers,
        "chart/templates/a.yaml": 'x: {{ include "a.used" . }}\n',
    }
    project = written(tmp_path, files)
    (one,) = charts(project)
    assert [use.key for use in unguarded(project, one)] == ["a"]
