"""Files that other programs complete, patch or own: AG028, AG061, K8001, SY004 to SY006."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import ScriptedToolchain, written

from scaffolder import checks


def found(root: Path, files: dict[str, str], *ids: str) -> list[str]:
    report = checks.run(
        written(root, files), checks.choose(select=ids, ignore=[]), ScriptedToolchain({})
    )
    return [finding.message for result in report.results for finding in result.findings]


# ---- SY004, SY005, SY006: what Terraform renders -------------------------------------------------

JOB = 'job "api" {\n%{ if spread }\n  spread {}\n%{ endif }\n  count = ${count}\n}\n'


@pytest.mark.parametrize(
    ("name", "text", "check", "main", "number"),
    [
        ("jobs/api.hcl", JOB, "SY005", 'templatefile("${path.module}/jobs/api.hcl", {})', 0),
        ("jobs/api.hcl", "count = ${count}\n", "SY005", 'templatefile("jobs/${x}.hcl", {})', 0),
        ("jobs/api.hcl", "count = ${count}\n", "SY005", '"x"', 1),
        ("vector.toml", "a = 1\n%{ if x }\nb = 2\n%{ endif }\n", "SY004", '"x"', 0),
        ("vector.toml", "a = ${a}\n", "SY004", '"x"', 1),
        ("users.xml", "<a><${u}>1</${u}></a>\n", "SY006", 'templatefile("users.xml", {})', 0),
        ("users.xml", "<a><${u}>1</${u}></a>\n", "SY006", 'file("users.xml")', 1),
    ],
)
def test_what_terraform_renders_is_a_template(
    name: str, text: str, check: str, main: str, number: int, tmp_path: Path
) -> None:
    files = {name: text, "main.tf": f"locals {{\n  x = {main}\n}}\n"}
    assert len(found(tmp_path, files, check)) == number


# ---- AG028 ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("template", "command", "number"),
    [
        ("{{ tpl (toYaml .Values.config | nindent 4) . }}", "helm install x chart", 0),
        ("{{ .Values.config | toYaml }}", "helm install x chart", 0),
        ("{{- toJson $.Values.config }}", "helm install x chart", 0),
        ("{{ .Values.config.level }}", "helm install x chart", 1),
        ("{{ toYaml .Values.configuration }}", "helm install x chart", 1),
        ("{{ .Values.config.level }}", "echo helm install x chart", 0),
    ],
)
def test_any_key_of_what_is_handed_on_may_be_set(
    template: str, command: str, number: int, tmp_path: Path
) -> None:
    files = {
        "chart/Chart.yaml": "name: x\nversion: 1.0.0\n",
        "chart/values.yaml": "config: {level: info}\nconfiguration: {a: 1}\n",
        "chart/templates/a.yaml": f"a: {template}\n",
        "deploy.sh": f"#!/bin/sh\n{command} --set config.sinks.enabled=true\n",
    }
    assert len(found(tmp_path, files, "AG028")) == number


# ---- AG061 ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "number"),
    [
        ('X = json.loads(os.environ["APP_HEADER"]) if "APP_HEADER" in os.environ else None\n', 0),
        ('X = tuple(\n    json.loads(os.environ["APP_HEADER"]),\n)if 1 else ()\n', 1),
        ('X = (\n    json.loads(os.environ["APP_HEADER"])\n    if "APP_HEADER" in os.environ\n    else None\n)\n', 0),
        ('X = json.loads(os.environ["APP_HEADER"])\nif "APP_HEADER" in os.environ:\n    pass\n', 1),
        ('if "APP_HEADER" in os.environ:\n    X = os.environ["APP_HEADER"]\n', 0),
    ],
)  # fmt: skip
def test_a_variable_that_is_asked_for_first_is_optional(
    source: str, number: int, tmp_path: Path
) -> None:
    files = {
        "pyproject.toml": '[project]\nname = "app"\n',
        "app.py": f"import os\n{source}",
        "Dockerfile": "FROM python:3.13\n",
        "compose.yaml": "services:\n  app:\n    build: .\n    environment: {OTHER: x}\n",
    }
    assert len(found(tmp_path, files, "AG061")) == number


# ---- K8001 ---------------------------------------------------------------------------------------

WHOLE = """apiVersion: apps/v1
kind: Deployment
metadata: {name: %s}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "web:1"}]}
"""
PART = """apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec: {containers: [{name: web, imagePullPolicy: Never}]}
"""


@pytest.mark.parametrize(
    ("files", "is_wrong"),
    [
        ({"k8s/web.yaml": WHOLE % "web"}, False),
        ({"k8s/web.yaml": WHOLE % "shop-web"}, False),
        ({"k8s/web.yaml": WHOLE % "api"}, True),
        ({"k8s/web.yaml": WHOLE % "webs"}, True),
        ({"k8s/web.yaml": (WHOLE % "web").replace("Deployment", "StatefulSet")}, True),
    ],
)
def test_a_part_of_a_workload_is_no_object(
    files: dict[str, str], is_wrong: bool, tmp_path: Path
) -> None:
    messages = found(tmp_path, {**files, "patches/web.yaml": PART}, "K8001")
    assert any("'selector' is a required property" in one for one in messages) is is_wrong


# ---- SY003, SY006 --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ('\ufeff// Bundles of the project.\n[{"a": 1}, // one\n]\n', 0),
        ('/* settings */\n{"a": 1}\n', 0),
        ('{"a": 1, // one\n}\n', 1),
        ("// settings\n{a: 1}\n", 1),
    ],
)
def test_a_text_that_begins_with_a_comment_may_have_some(
    text: str, number: int, tmp_path: Path
) -> None:
    assert len(found(tmp_path, {"src/bundle.json": text}, "SY003")) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ('<choose>\n  <when condition="@(x("a","b"))">\n  </when>\n</choose>\n', 0),
        ("<set-header>\n  <value>@{ return a < b; }</value>\n</set-header>\n", 0),
        ('<choose>\n  <when condition="x("a")">\n  </when>\n</choose>\n', 1),
        ("<a>me@(b) < c</a>\n", 1),
    ],
)
def test_a_part_of_a_policy_of_api_management_is_no_xml(
    text: str, number: int, tmp_path: Path
) -> None:
    assert len(found(tmp_path, {"api/header.xml": text}, "SY006")) == number


# ---- AG029: named templates ----------------------------------------------------------------------

HELPERS = """{{- define "lib.cluster" }}
{{ .Values.clusterName }}
{{- end }}
{{- define "lib.other" }}
{{ .Values.other }}
{{- end }}
"""


@pytest.mark.parametrize(
    ("template", "keys"),
    [
        ('{{ include "lib.other" . }}', ["other"]),
        ('{{ template "lib.cluster" . }}', ["clusterName"]),
        ('{{ include (printf "lib.%s" .Values.a) . }}', ["clusterName", "other"]),
        ("{{ .Values.a }}", []),
    ],
)
def test_a_named_template_is_judged_where_it_is_included(
    template: str, keys: list[str], tmp_path: Path
) -> None:
    files = {
        "chart/Chart.yaml": "name: x\nversion: 1.0.0\n",
        "chart/values.yaml": "a: 1\n",
        "chart/templates/_lib.tpl": HELPERS,
        "chart/templates/a.yaml": f"a: {template}\nb: {{{{ .Values.a }}}}\n",
    }
    messages = found(tmp_path, files, "AG029")
    assert [one.split(",")[0].removeprefix("uses .Values.") for one in messages] == keys
