"""Further kinds of errors about repositories that were not generated, with variants and look-alikes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from support import TODAY, ScriptedToolchain, said, written

from scaffolder import checks
from scaffolder.model import Finding
from scaffolder.tools.process import CompletedRun


def findings(
    root: Path, files: Mapping[str, str], *ids: str, **programs: CompletedRun
) -> tuple[Finding, ...]:
    chosen = [check for check in checks.every(today=TODAY) if check.id in ids]
    named = {name.replace("_", "-"): done for name, done in programs.items()}
    report = checks.run(written(root, files), chosen, ScriptedToolchain(named))
    return tuple(finding for result in report.results for finding in result.findings)


# ---- AG053: whose values a file has --------------------------------------------------------------

CHART = "name: web\nversion: 1.0.0\n"
OTHER = "host: x\nreplicas: 3\n"


@pytest.mark.parametrize(
    ("files", "number"),
    [
        ({"c/envs/web-dev/Chart.yaml": CHART, "c/envs/web-dev/values.yaml": OTHER}, 0),
        ({"c/values-dev.yaml": "exports: {data: {host: x}}\n"}, 0),
        ({"c/values-dev.yaml": "_defaults: &d {host: x}\nx-all: {port: 1}\n"}, 0),
        ({"c/redis-values-dev.yaml": OTHER, "c/redis-values-prod.yaml": OTHER}, 0),
        ({"c/values-dev.yaml": OTHER, "c/templates/b.yaml": "{{ toYaml .Values }}\n"}, 0),
        ({"c/values-dev.yaml": OTHER, "c/templates/b.yaml": "{{ .Values | toJson }}\n"}, 0),
        ({"c/values-dev.yaml": OTHER, "c/templates/b.yaml": "{{ toYaml .Values.a }}\n"}, 1),
        ({"c/web-values-dev.yaml": OTHER, "c/web-values-prod.yaml": OTHER}, 2),
        ({"c/values-dev.yaml": "host: {a: 1, b: 2, c: {d: 3}}\n"}, 1),
    ],
)
def test_values_are_held_against_their_own_chart(
    files: dict[str, str], number: int, tmp_path: Path
) -> None:
    own = {
        "c/Chart.yaml": CHART,
        "c/values.yaml": "replicas: 1\n",
        "c/templates/a.yaml": "{{ .Values.replicas }}\n",
    }
    assert len(findings(tmp_path, {**own, **files}, "AG053")) == number


# ---- AG029: who sets or tests a value ------------------------------------------------------------


@pytest.mark.parametrize(
    ("templates", "number"),
    [
        ('{{ $_ := set $.Values "label" .name }}\na: {{ .Values.label }}\n', 0),
        ('{{- if (hasKey .Values "label") -}}\na: {{ .Values.label }}\n{{- end }}\n', 0),
        ('{{ include "x" (dict "label" .Values.label "b" 1) }}\n{{ if $label }}{{ end }}\n', 0),
        ('{{ include "x" (dict "label" .Values.label) }}\n{{ .label | default 1 }}\n', 0),
        ('{{ template "x" .Values.label }}\n', 0),
        ('{{ include "x" (dict "label" .Values.label) }}\na: {{ .label }}\n', 1),
        ('{{ $_ := set $.Values "labels" .name }}\na: {{ .Values.label }}\n', 1),
        ("a: {{ .Values.label }}\n", 1),
    ],
)
def test_a_value_may_be_set_or_tested_by_a_template(
    templates: str, number: int, tmp_path: Path
) -> None:
    files = {"c/Chart.yaml": CHART, "c/values.yaml": "a: 1\n", "c/templates/a.yaml": templates}
    assert len(findings(tmp_path, files, "AG029")) == number


@pytest.mark.parametrize(("prod", "number"), [("label: b\n", 0), ("lebal: b\n", 1)])
def test_a_value_that_every_environment_sets_is_there(
    prod: str, number: int, tmp_path: Path
) -> None:
    files = {
        "c/Chart.yaml": CHART,
        "c/values.yaml": "a: 1\n",
        "c/values-dev.yaml": "label: a\n",
        "c/values-prod.yaml": prod,
        "c/templates/a.yaml": "a: {{ .Values.label }}\n",
    }
    assert len(findings(tmp_path, files, "AG029")) == number


# ---- EN001: keys with the name of their environment ----------------------------------------------


@pytest.mark.parametrize(
    ("key", "number"), [("/dpc/{}/look_back", 0), ("{}.db.host", 0), ("a/{}x", 2)]
)
def test_a_key_may_have_the_name_of_its_environment(key: str, number: int, tmp_path: Path) -> None:
    files = {
        f"values-{name}.yaml": f"'{key.format(name)}': 1\na: 1\nb: 2\nc: 3\nd: 4\n"
        for name in ("dev", "prod")
    }
    assert len(findings(tmp_path, files, "EN001")) == number


# ---- CI: what GitHub reads and takes -------------------------------------------------------------

ACTION = "name: a\ndescription: b\nruns: {using: composite, steps: []}\n"


def test_a_folder_below_the_workflows_holds_no_workflow(tmp_path: Path) -> None:
    refused = said(json.dumps({"errors": []}))
    files = {
        ".github/workflows/actions/action.yml": ACTION,
        ".github/workflows/a.yml": "on: push\n",
    }
    project = written(tmp_path, files)
    tools = ScriptedToolchain({"check-jsonschema": refused})
    checks.run(project, [one for one in checks.every(today=TODAY) if one.id == "CI001"], tools)
    handed = [word for call in tools.calls for word in call if word.endswith(".yml")]
    assert handed == [".github/workflows/a.yml"]


@pytest.mark.parametrize(
    ("path", "message", "number"),
    [
        ("$.jobs.a.steps[0].env.FOOTER", "None is not of type 'string'", 0),
        ("$.env.FOOTER", "None is not of type 'string'", 0),
        ("$.on.push.branches", "'master' is not of type 'array'", 0),
        ("$.on.pull_request.types", "'opened' is not of type 'array'", 0),
        ("$", "Additional properties are not allowed ('description' was unexpected)", 0),
        ("$", "Additional properties are not allowed ('descripton' was unexpected)", 1),
        ("$.jobs.a.steps", "'x' is not of type 'array'", 1),
        ("$.jobs.a.runs-on", "None is not of type 'string'", 1),
    ],
)
def test_what_github_takes_is_no_finding(
    path: str, message: str, number: int, tmp_path: Path
) -> None:
    error = {"filename": ".github/workflows/a.yml", "path": path, "message": message}
    printed = said(json.dumps({"errors": [error]}), exit_code=1)
    files = {".github/workflows/a.yml": "on: push\n"}
    assert len(findings(tmp_path, files, "CI001", check_jsonschema=printed)) == number


@pytest.mark.parametrize(
    ("message", "severity"),
    [
        (
            'input "a" of workflow_call event has the default value "b", but it is also required',
            "note",
        ),
        ('description is required in metadata of "Set up" action at "x"', "warning"),
        ('name is required in metadata of "Set up" action at "x"', "error"),
    ],
)
def test_what_runs_all_the_same_is_no_error(message: str, severity: str, tmp_path: Path) -> None:
    problem = {
        "filepath": ".github/workflows/a.yml",
        "line": 1,
        "kind": "events",
        "message": message,
    }
    printed = said(json.dumps([problem]), exit_code=1)
    files = {".github/workflows/a.yml": "on: push\n"}
    (told,) = findings(tmp_path, files, "CI002", actionlint=printed)
    assert told.severity.value == severity


@pytest.mark.parametrize(
    ("text", "code", "number"),
    [
        ("# settings\nCONFIG=prod\nexport ENVIRONMENT=test\n", 2034, 0),
        ("ENVIRONMENT=test\n\n", 2209, 0),
        ("#!/bin/sh\nCONFIG=prod\n", 2034, 1),
        ("CONFIG=prod\necho done\n", 2034, 1),
    ],
)
def test_a_file_of_settings_is_no_script(text: str, code: int, number: int, tmp_path: Path) -> None:
    comment = {
        "file": "config/prod.sh",
        "line": 1,
        "code": code,
        "message": "x",
        "level": "warning",
    }
    printed = said(json.dumps({"comments": [comment]}), exit_code=1)
    files = {"config/prod.sh": text}
    assert len(findings(tmp_path, files, "CI004", shellcheck=printed)) == number


# ---- AG047: calls in prose -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("Run `make <environment config> test NAME=[see the guide]`.", 0),
        ("Run `make environment test`.", 0),
        ("Run `make test.`", 0),
        ("There is no `make gone` target.", 0),
        ("Then run `make plan` in the new repository.", 0),
        ("Run `make gone`.", 1),
        ("Run `make <name> gone`.", 1),
    ],
)
def test_prose_may_leave_words_open(words: str, number: int, tmp_path: Path) -> None:
    files = {
        "Makefile": "test:\n\ttrue\n",
        "templates/new/Makefile": "plan:\n\ttrue\n",
        "docs/a.md": f"{words}\n",
    }
    assert len(findings(tmp_path, files, "AG047")) == number


# ---- what is filled in, compared or public -------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text", "ids", "number"),
    [
        ("src/t/a.json", '{"copies": <NON_UK_COPIES>,\n "b": 1}\n', ("SY003",), 0),
        ("src/t/a.json", '{"copies": copies>,\n "b": 1}\n', ("SY003",), 1),
        ("a.sh", ': "${GITHUB_TOKEN:?GITHUB_TOKEN9must8be7set6}"\n', ("SEC001",), 0),
        ("a.sh", 'GITHUB_TOKEN="hR7dh2kQp0x8ZsW3vN"\n', ("SEC001",), 1),
        (
            "a.yaml",
            "ubuntu_repo_repokey: 9DC858229FC7DD38854AE2D88D81803C0EBFCD88\n",
            ("SEC001",),
            0,
        ),
        ("a.yaml", "GOOGLE_TAG_MANAGER_AUTH: hR7dh2kQp0x8ZsW3vNb5Tt\n", ("SEC001",), 0),
        ("a.yaml", "signing_key: 9DC858229FC7DD38854AE2D88D81803C0EBFCD88\n", ("SEC001",), 1),
    ],
)
def test_placeholders_and_public_keys_are_no_findings(
    name: str, text: str, ids: tuple[str, ...], number: int, tmp_path: Path
) -> None:
    assert len(findings(tmp_path, {name: text}, *ids)) == number


PART = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspecs: {}\n"


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("p/.chainsaw-test/chainsaw-assert-a.yaml", 0),
        ("p/chainsaw-assert.yaml", 0),
        ("p/00-assert.yaml", 0),
        ("p/01-errors.yaml", 0),
        ("p/assert.yaml", 1),
    ],
)
def test_a_part_that_a_test_compares_is_no_object(name: str, number: int, tmp_path: Path) -> None:
    assert bool(findings(tmp_path, {name: PART}, "K8001")) is bool(number)


def test_properties_of_java_may_be_latin_1(tmp_path: Path) -> None:
    (tmp_path / "a.properties").write_bytes(b"a=\xe9\n")
    assert findings(tmp_path, {}, "SY007") == ()


# ---- AG039: alerts of a platform -----------------------------------------------------------------

RULES = "groups:\n- name: a\n  rules:\n  - {alert: QueueFull, expr: up == 0}\n"
ROUTES = "route:\n  receiver: a\n  routes:\n{}receivers: [{{name: a}}]\n"


@pytest.mark.parametrize(
    ("names", "fixes"),
    [
        (["ClusterDown", "PodNotReady", "TargetDown", "SDNGone", "QueueFull"], []),
        (["QueueFul", "QueueFull"], ["name QueueFull, or write the rule"]),
        (["OrdersLate", "QueueFull"], ["write the rule"]),
        (["PodDown", "ClusterDown", "QueueFull"], ["write the rule", "write the rule"]),
        (["TargetDown", "ClusterOperatorDown", "QueueFull"], []),
        (["SDNPodNotReady", "ImageRegistryGone", "MachineConfigStuck", "QueueFull"], []),
    ],
)
def test_alerts_of_a_platform_are_not_looked_for(
    names: list[str], fixes: list[str], tmp_path: Path
) -> None:
    routes = "".join(f"  - {{receiver: a, matchers: ['alertname = \"{one}\"']}}\n" for one in names)
    files = {"rules.yaml": RULES, "alertmanager.yaml": ROUTES.format(routes)}
    assert [one.fix for one in findings(tmp_path, files, "AG039")] == fixes
