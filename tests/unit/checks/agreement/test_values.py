"""Values that a chart gets from `--set` and `-f` of a command: AG028, AG029, AG053."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from support import TODAY, ScriptedToolchain, written

from scaffolder import checks
from scaffolder.model import Report, Severity

CHART = {
    "helm/web/Chart.yaml": "name: web\nversion: 1.0.0\n",
    "helm/web/templates/a.yaml": (
        "a: {{ .Values.image.tag }}\nb: {{ .Values.name }}\nc: {{ .Values.size }}\n"
    ),
}
OWN = {"helm/web/values.yaml": "name: x\nsize: 1\nimage: {name: y}\n"}


def ran(root: Path, files: Mapping[str, str], *ids: str) -> Report:
    chosen = [check for check in checks.every(today=TODAY) if check.id in ids]
    return checks.run(written(root, files), chosen, ScriptedToolchain({}))


def messages(root: Path, files: Mapping[str, str], *ids: str) -> list[str]:
    report = ran(root, files, *ids)
    return [finding.message for one in report.results for finding in one.findings]


SCRIPT = '#!/bin/sh\nhelm upgrade web ./helm/web/. \\\n  --install \\\n  --set image.tag="$TAG"\n'


@pytest.mark.parametrize(
    ("files", "number"),
    [
        ({}, 1),
        ({"bin/deploy": SCRIPT}, 0),
        ({"deploy.sh": "ARGS+=(--set-string image.tag=$T)\nhelm upgrade web helm/web ${ARGS[@]}\n"}, 0),
        ({"Makefile": "HELM := helm\nup:\n\t@$(HELM) upgrade web helm/web --set=size=1,image.tag=$(T)\n"}, 0),
        ({".circleci/config.yml": "jobs: {d: {steps: [{run: 'helm upgrade w helm/web --set image.tag=<< p.x >>'}]}}\n"}, 0),
        ({"Jenkinsfile": "sh \"helm upgrade web helm/web --set image.tag=${TAG}\"\n"}, 0),
        ({"azure-pipelines.yml": "steps:\n- task: HelmDeploy@1\n  inputs:\n    overrideValues: image.tag=$(Build.BuildId)\n"}, 0),
        ({"main.tf": 'resource "helm_release" "a" {\n  set {\n    name  = "image.tag"\n    value = "1"\n  }\n}\n'}, 0),
        ({"Taskfile.yml": "tasks: {d: {cmds: ['helm upgrade web ./helm/web --set image.tag={{.TAG}}']}}\n"}, 0),
        ({"up.sh": "helm upgrade web helm/web --set-json 'image={\"tag\":\"1\"}'\n"}, 0),
        # False friends: another key, another chart, a text that is only printed, a comment.
        ({"deploy.sh": "helm upgrade web helm/web --set image.tags=1\n"}, 2),
        ({"deploy.sh": "helm upgrade db bitnami/redis --set image.tag=1\n"}, 1),
        ({"deploy.sh": "echo 'helm upgrade web helm/web --set image.tag=1'\n"}, 1),
        ({"deploy.sh": "# helm upgrade web helm/web --set image.tag=1\n"}, 1),
    ],
)  # fmt: skip
def test_a_value_that_a_command_sets_is_there(
    files: dict[str, str], number: int, tmp_path: Path
) -> None:
    assert len(messages(tmp_path, {**CHART, **OWN, **files}, "AG028", "AG029")) == number


@pytest.mark.parametrize(
    ("option", "number"),
    [
        ("-f deploy/values.yaml", 0),
        ("--values=./deploy/values.yaml", 0),
        ('-f "deploy/$ENV.yaml"', 0),
        ("-f helm/web/values.yaml,deploy/values.yaml", 0),
        ("-f deploy/other.yaml", 1),
    ],
)
def test_a_file_of_a_command_gives_values(option: str, number: int, tmp_path: Path) -> None:
    files = {
        **CHART,
        **OWN,
        "deploy/values.yaml": "image: {tag: x}\n",
        "deploy/other.yaml": "image: {tags: x}\n",
        "deploy.sh": f"helm upgrade web helm/web {option}\n",
    }
    assert len(messages(tmp_path, files, "AG029")) == number


@pytest.mark.parametrize(
    ("command", "limit"),
    [
        ("helm upgrade web helm/web -f /run/secrets/values.yaml", "deploy.sh:1"),
        ("helm upgrade web helm/web -f <(sops -d x.enc)", "deploy.sh:1"),
        ("helm upgrade web helm/web --set a=1 --reuse-values", "deploy.sh:1"),
        ("helm install web ./helm/web --values https://a.b/values.yaml", "deploy.sh:1"),
        ("helm lint helm/web -f /tmp/values.yaml", ""),
        ("helm upgrade web helm/web -f helm/web/values.yaml", ""),
    ],
)
def test_values_from_elsewhere_are_a_limit(command: str, limit: str, tmp_path: Path) -> None:
    report = ran(tmp_path, {**CHART, **OWN, "deploy.sh": f"{command}\n"}, "AG029")
    (result,) = report.results
    assert (len(result.findings), limit in f"{result.reason} {result.limit}") == (not limit, True)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("image.tag=1", []),
        ("name=x,size=2", []),
        ("nam=x", ["sets nam, which no template of helm/web uses"]),
        ("image.repo=x", ["sets image.repo, which no template of helm/web uses"]),
    ],
)
def test_a_chart_without_values_is_held_against_its_templates(
    keys: str, said: list[str], tmp_path: Path
) -> None:
    files = {**CHART, "deploy.sh": f"helm upgrade web ./helm/web --set {keys}\n"}
    assert messages(tmp_path, files, "AG028", "AG053") == said


@pytest.mark.parametrize(
    ("template", "number"),
    [
        ("{{ .Values.image.tga }}", 0),
        ("{{ with .Values.image }}{{ .tga }}{{ end }}", 0),
        ("{{ $i := .Values.image }}{{ $i.tga }}", 0),
        ("{{ with .Values.image }}{{ .tag }}{{ end }}", 1),
        ("{{ .Values.image.tag }}", 1),
        ("{{ .tga }}", 1),
    ],
)
def test_a_value_that_a_template_reads_is_set_for_it(
    template: str, number: int, tmp_path: Path
) -> None:
    files = {
        **CHART,
        "helm/web/values.yaml": "image: {tag: x}\n",
        "helm/web/templates/a.yaml": f"a: {template}\n",
        "deploy.sh": "helm upgrade web helm/web --set image.tga=1\n",
    }
    assert len(messages(tmp_path, files, "AG028")) == number


@pytest.mark.parametrize(
    ("keys", "values", "number"),
    [
        ("abcdef", "x: 1\n", 0),
        ("abcdef", "a: 1\nb: 1\nc: 1\n", 3),
        ("abcd", "x: 1\n", 4),
        ("abcdef", "a: 1\nb: 1\nc: 1\nd: 1\ne: 1\n", 1),
    ],
)
def test_a_chart_whose_values_are_nowhere_is_completed_elsewhere(
    keys: str, values: str, number: int, tmp_path: Path
) -> None:
    template = "".join(f"{key}: {{{{ .Values.{key} }}}}\n" for key in keys)
    files = {**CHART, "helm/web/templates/a.yaml": template, "helm/web/values.yaml": values}
    (result,) = ran(tmp_path, files, "AG029").results
    assert len(result.findings) == number
    if not number:
        assert result.reason == "another repository completes the values of helm/web"


@pytest.mark.parametrize(
    ("name", "text", "severity"),
    [
        ("Feature.yaml", "values:\n  account:\n    computed: {}\n", "note"),
        ("questions.yaml", "questions:\n- variable: account\n", "note"),
        ("Feature.yaml", "values:\n  accountName: {}\n", "error"),
        ("other.yaml", "account: 1\n", "error"),
    ],
)
def test_a_form_beside_a_chart_asks_for_values(
    name: str, text: str, severity: str, tmp_path: Path
) -> None:
    files = {
        **CHART,
        "helm/web/templates/a.yaml": "a: {{ .Values.account }}\n",
        "helm/web/values.yaml": "b: 1\n",
        f"helm/web/{name}": text,
    }
    (result,) = ran(tmp_path, files, "AG029").results
    assert [finding.severity.value for finding in result.findings] == [severity]


def test_no_file_is_named_that_is_not_there(tmp_path: Path) -> None:
    (message,) = messages(
        tmp_path, {**CHART, "helm/web/templates/a.yaml": "{{ .Values.a }}"}, "AG029"
    )
    assert message == "uses .Values.a, which no values of the chart have"


@pytest.mark.parametrize(
    ("switch", "severity"),
    [
        ("enabled: false", Severity.NOTE),
        ("create: false", Severity.NOTE),
        ("enabled: true", Severity.ERROR),
        ("other: false", Severity.ERROR),
    ],
)
def test_a_value_of_what_is_switched_off_is_a_note(
    switch: str, severity: Severity, tmp_path: Path
) -> None:
    used = "kind: Pod\nspec:\n  {{ if .Values.web.volume.enabled }}\n  a: {{ .Values.web.volume.name }}\n  {{ end }}\n"
    files = {
        "chart/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
        "chart/values.yaml": f"web:\n  volume:\n    {switch}\n",
        "chart/templates/pod.yaml": used,
    }
    chosen = checks.choose(select=["AG029"], ignore=[])
    report = checks.run(written(tmp_path, files), chosen, ScriptedToolchain({}))
    found = [one for result in report.results for one in result.findings]
    assert severity in {one.severity for one in found}
