"""Which values of a chart reach a pod as another text than is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffolder.repository.facts import altered_values, charts
from scaffolder.repository.project import Project

CHART = "apiVersion: v2\nname: a\nversion: 0.1.0\n"


def workload(container: str, *, annotation: str = '"x"', replicas: str = "1") -> str:
    return f"""\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: a
  annotations: {{note: {annotation}}}
spec:
  replicas: {replicas}
  template:
    spec:
      containers:
        - name: c
          {container}
"""


def config_map(entry: str) -> str:
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata:\n  {entry}\n"


ENV = "env: [{name: A, value: {{ .Values.a | quote }}}]"


def altered(
    root: Path, template: str, values: str, **environments: str
) -> list[tuple[str, int, str, str]]:
    """Return the altered values in a chart of one template, as (file, line, written text, arriving text)."""
    files = {"Chart.yaml": CHART, "values.yaml": values, "templates/a.yaml": template}
    files |= {f"values-{name}.yaml": text for name, text in environments.items()}
    for name, text in files.items():
        path = root / "chart" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    project = Project(root)
    (chart,) = charts.charts(project)
    assert chart.unread == ()
    return [
        (one.place.path.name, one.place.line, one.written, one.text)
        for rendering in chart.renderings
        for one in altered_values.altered(project, chart, rendering)
    ]


@pytest.mark.parametrize(
    ("written", "arrives"),
    [
        ("10485760", "1.048576e+07"),
        ("20261129", "2.0261129e+07"),
        ("0755", "493"),
        ("1.20", "1.2"),
        ("1e3", "1000"),
        ("yes", "true"),
        ("0x1F", "31"),
        ("1_000", "1000"),
        ("9007199254740993", "9.007199254740992e+15"),
    ],
)
def test_what_quote_prints_in_another_way_is_found(
    tmp_path: Path, written: str, arrives: str
) -> None:
    assert altered(tmp_path, workload(ENV), f"# a\na: {written}\n") == [
        ("values.yaml", 2, written, arrives)
    ]


@pytest.mark.parametrize(
    "written",
    [
        "8080",
        "999999",
        "1.5",
        "true",
        '"0755"',
        "'1.20'",
        "12:30",
        "2026-11-29",
        "!!str 0755",
        "a",
        "~",
    ],
)
def test_what_arrives_as_it_is_written_is_no_finding(tmp_path: Path, written: str) -> None:
    assert altered(tmp_path, workload(ENV), f"a: {written}\n") == []


@pytest.mark.parametrize(
    "template",
    [
        workload('image: "x:{{ .Values.a }}"'),
        workload('args: ["--a={{ .Values.a }}"]'),
        workload("env: [{name: A, value: {{ .Values.a | toString | quote }}}]"),
        workload('env: [{name: A, value: {{ printf "%v" .Values.a | quote }}}]'),
        workload("image: x", annotation="{{ .Values.a | squote }}"),
        config_map("A: {{ .Values.a | quote }}"),
        config_map("a.properties: |\n    size={{ .Values.a }}\n    again={{ .Values.a }}"),
        config_map('A: {{ tpl "{{ .Values.a }}" . | quote }}'),
    ],
)
def test_a_value_is_found_wherever_it_ends_as_a_text(tmp_path: Path, template: str) -> None:
    assert altered(tmp_path, template, "a: 10485760\n") == [
        ("values.yaml", 1, "10485760", "1.048576e+07")
    ]


@pytest.mark.parametrize(
    "template",
    [
        workload("image: x", replicas="{{ .Values.a }}"),
        workload("ports: [{containerPort: {{ .Values.a }}}]"),
        workload("env: [{name: A, value: {{ .Values.a | int64 | quote }}}]"),
        workload("env: [{name: A, value: {{ .Values.a | toJson | quote }}}]"),
        workload('env: [{name: A, value: {{ printf "%.0f" .Values.a | quote }}}]'),
        workload('env: [{name: A, value: "{{ if .Values.a }}on{{ else }}off{{ end }}"}]'),
        workload('env: [{name: A, value: "{{ add .Values.a 1 }}"}]'),
        config_map("a.json: {{ toJson .Values | quote }}"),
        config_map("a.yaml: |\n    {{- toYaml .Values | nindent 4 }}"),
    ],
)
def test_a_whole_number_that_a_template_keeps_or_does_not_print_is_no_finding(
    tmp_path: Path, template: str
) -> None:
    assert altered(tmp_path, template, "a: 10485760\n") == []


def test_a_switch_that_only_decides_is_no_finding(tmp_path: Path) -> None:
    template = workload('env: [{name: A, value: "{{ if .Values.a }}on{{ else }}off{{ end }}"}]')
    assert altered(tmp_path, template, "a: no\n") == []


def test_the_place_is_in_the_file_that_sets_the_value(tmp_path: Path) -> None:
    found = altered(tmp_path, workload(ENV), "a: 0644\n", dev="b: 1\n", prod="# x\na: 0600\n")
    assert found == [("values.yaml", 1, "0644", "420"), ("values-prod.yaml", 2, "0600", "384")]


def test_an_item_of_a_list_and_an_alias_are_found(tmp_path: Path) -> None:
    template = workload(
        "env: [{{ range .Values.env }}{name: {{ .name }}, value: {{ .value | quote }}},{{ end }}]"
    )
    found = altered(
        tmp_path,
        template,
        "x: &x 0644\nenv:\n  - {name: A, value: *x}\n  - {name: B, value: 1.10}\n",
    )
    assert found == [("values.yaml", 1, "0644", "420"), ("values.yaml", 4, "1.10", "1.1")]


def test_what_is_left_out_is_counted(tmp_path: Path) -> None:
    values = "".join(f"a{number}: 0644\n" for number in range(altered_values.MOST + 3))
    altered(tmp_path, workload("image: x"), values)
    project = Project(tmp_path)
    (chart,) = charts.charts(project)
    assert altered_values.untried(project, chart, chart.renderings[0]) == 3
