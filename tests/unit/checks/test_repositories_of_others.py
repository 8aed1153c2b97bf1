"""Checks on a repository that was not generated: kinds of errors, variants, and look-alikes."""

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
    report = checks.run(written(root, files), chosen, ScriptedToolchain(programs))
    return tuple(finding for result in report.results for finding in result.findings)


def places(root: Path, files: Mapping[str, str], *ids: str) -> list[str]:
    return [f"{one.path.as_posix()}:{one.line}" for one in findings(root, files, *ids)]


# ---- AG003, AG005: which project a job and a dev container are for -------------------------------

OLD_IMAGE = "FROM python:3.8-slim\nUSER 1001\n"
JOB = """\
on: push
jobs:
  size:
    runs-on: ubuntu-24.04
{defaults}    steps:
      - uses: actions/setup-python@v5
        with:
          python-version: "3.14"
      - run: python main.py
{step}"""
IN_FOLDER = "    defaults:\n      run:\n        working-directory: scripts/size\n"
IN_STEP = "        working-directory: scripts/size\n"


def _workflow(defaults: str = "", step: str = "") -> dict[str, str]:
    text = JOB.format(defaults=defaults, step=step)
    return {".github/workflows/size.yml": text, "scripts/size/main.py": "print(1)\n"}


@pytest.mark.parametrize("image", ["aws/ecr/extension", "infra/lambda", "tools/a/cleanup"])
@pytest.mark.parametrize("job", [_workflow(IN_FOLDER), _workflow(step=IN_STEP), _workflow()])
def test_an_image_beside_the_services_is_not_what_a_job_is_for(
    image: str, job: dict[str, str], tmp_path: Path
) -> None:
    files = {
        **job,
        f"{image}/Dockerfile": OLD_IMAGE,
        ".devcontainer/devcontainer.json": '{"image": "python:3.14"}',
    }
    assert places(tmp_path, files, "AG003", "AG005") == []


@pytest.mark.parametrize("image", [".", "api"])
def test_a_job_without_a_folder_is_for_the_service(image: str, tmp_path: Path) -> None:
    files = {**_workflow(), f"{image}/Dockerfile": OLD_IMAGE}
    assert places(tmp_path, files, "AG003") == [".github/workflows/size.yml:8"]


def test_the_folder_of_a_job_tells_which_service_it_is_for(tmp_path: Path) -> None:
    files = {
        "api/Dockerfile": OLD_IMAGE,
        "web/Dockerfile": OLD_IMAGE.replace("3.8", "3.14"),
        **_workflow(IN_FOLDER.replace("scripts/size", "api/src")),
    }
    assert places(tmp_path, files, "AG003") == [".github/workflows/size.yml:11"]


# ---- EOL: several versions of a matrix, .NET, machines -------------------------------------------

MATRIX = """\
on: push
jobs:
  test:
    strategy:
      matrix:
        os: [ubuntu-24.04, macos-13]
        python_version:
          - "3.8"
          - "3.9"
          - "3.13"
        include:
          - os: windows-2019
            python_version: "3.7"
    runs-on: ${{ matrix.os }}
    steps:
      - uses: actions/setup-python@v5
        with:
          python-version: ${{ matrix.python_version }}
"""


def test_each_value_of_a_matrix_is_judged_where_it_is(tmp_path: Path) -> None:
    files = {".github/workflows/t.yml": MATRIX}
    assert places(tmp_path, files, "EOL001", "EOL005") == [
        *(f".github/workflows/t.yml:{line}" for line in (8, 9, 13)),
        *(f".github/workflows/t.yml:{line}" for line in (6, 12)),
    ]


def test_a_matrix_of_azure_names_machines(tmp_path: Path) -> None:
    text = "jobs:\n- job: a\n  strategy:\n    matrix:\n      old:\n        image: ubuntu-20.04\n"
    files = {"azure-pipelines.yml": f"{text}  pool:\n    vmImage: $(image)\n"}
    assert places(tmp_path, files, "EOL005") == ["azure-pipelines.yml:6"]


@pytest.mark.parametrize(
    ("image", "number"),
    [
        ("mcr.microsoft.com/dotnet/runtime:7.0", 1),
        ("mcr.microsoft.com/dotnet/aspnet:8.0-alpine", 1),
        ("mcr.microsoft.com/dotnet/core/sdk:3.1", 1),
        ("microsoft/dotnet:2.2-sdk", 1),
        ("mcr.microsoft.com/dotnet/runtime:10.0", 0),
        ("mcr.microsoft.com/dotnet/framework/aspnet:4.8", 0),
        ("mcr.microsoft.com/dotnet/nightly/sdk:latest", 0),
    ],
)
def test_net_ends_too(image: str, number: int, tmp_path: Path) -> None:
    assert len(findings(tmp_path, {"src/a/Dockerfile": f"FROM {image}\n"}, "EOL001")) == number


# ---- AG038: runbooks of another project ----------------------------------------------------------

RULE = """\
groups:
  - name: a
    rules:
      - alert: Down
        expr: up == 0
        annotations:
          runbook_url: https://{url}
"""
MIXIN = "gitlab.com/a/cert-manager-mixin/-/blob/master/RUNBOOK.md#down"
OF_MIXIN = (
    "github.com/kubernetes-monitoring/kubernetes-mixin/tree/master/runbook.md#alert-name-down"
)


@pytest.mark.parametrize(
    ("url", "files", "number"),
    [
        (MIXIN, {"AGENTS.md": "# a\n"}, 0),
        (OF_MIXIN, {"CLAUDE.md": "# a\n"}, 0),
        ("github.com/a/b/blob/main/docs/RUNBOOK.md", {"docs/a.md": "# a\n"}, 0),
        ("github.com/a/b/blob/main/docs/runbooks/Down.md", {"docs/runbooks/Up.md": "# Up\n"}, 1),
        ("github.com/a/b/blob/main/docs/ops.md#gone", {"docs/ops.md": "# Up\n"}, 1),
        ("github.com/a/api/blob/main/RUNBOOK.md", {"package.json": '{"name": "api"}'}, 1),
    ],
)
def test_a_runbook_of_another_project_is_not_looked_for(
    url: str, files: dict[str, str], number: int, tmp_path: Path
) -> None:
    files = {"rules/a.yml": RULE.format(url=url), **files}
    assert len(findings(tmp_path, files, "AG038")) == number


# ---- AG050: what a fix may propose ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "file", "fix"),
    [
        ("/src/domains/sign @a/b", "src/platform/prod/api/policies/sign/a.tf", "take the line out"),
        ("/src/app @a/b", "app/main.py", "name app"),
        ("/docs/runbooks @a/b", "docs/ops/runbooks/a.md", "name docs/ops/runbooks"),
        ("/ci/deploy.sh @a/b", "scripts/x/y/z/deploy.sh", "name scripts/x/y/z/deploy.sh"),
        ("@anna @a/b", "a.txt", "write `* @anna @a/b` for all files"),
        ("anna@example.com", "a.txt", "write `* anna@example.com` for all files"),
    ],
)
def test_owners_are_told_what_is_meant_or_nothing(
    line: str, file: str, fix: str, tmp_path: Path
) -> None:
    files = {"CODEOWNERS": f"{line}\n", file: "x\n"}
    assert [one.fix for one in findings(tmp_path, files, "AG050")] == [fix]


# ---- SY: anchors, empty files, libraries ---------------------------------------------------------

TWICE = "a: &x 1\nb: *x\nc: &x 2\nd: *x\n"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"a.yaml": TWICE}, []),
        ({"a.yaml": TWICE.replace("*x\n", "[*x]\n")}, []),
        ({"a.yaml": TWICE + "a: 2\n"}, ["a.yaml:5 error"]),
        ({"a.yaml": "a: &x 1\nb: *y\n"}, ["a.yaml:2 error"]),
        ({"a.json": ""}, ["a.json:0 warning"]),
        ({"a/b.json": "\n \n"}, ["a/b.json:0 warning"]),
        ({"a.json": "{"}, ["a.json:1 error"]),
        ({"a.xml": "\n"}, ["a.xml:0 warning"]),
    ],
)
def test_what_parses_and_what_is_empty(
    files: dict[str, str], expected: list[str], tmp_path: Path
) -> None:
    told = findings(tmp_path, files, "SY002", "SY003", "SY006")
    assert [f"{one.path.as_posix()}:{one.line} {one.severity.value}" for one in told] == expected


@pytest.mark.parametrize(
    ("name", "severity"),
    [
        ("js/app.min.js", ""),
        ("js/jquery-1.12.js", ""),
        ("js/vendor.bundle.js", ""),
        ("js/app.js", "note"),
        ("a.yaml", "error"),
    ],
)
def test_a_library_for_browsers_may_have_any_encoding(
    name: str, severity: str, tmp_path: Path
) -> None:
    (tmp_path / "js").mkdir()
    (tmp_path / name).write_bytes(b"// \xa9\n")
    told = findings(tmp_path, {"b.yaml": "a: 1\n"}, "SY007")
    assert [one.severity.value for one in told] == [severity][: bool(severity)]


# ---- SEC001, SEC010 ------------------------------------------------------------------------------

CHART = {"charts/x/Chart.yaml": "name: x\nversion: 1.0.0\n", "charts/x/values.yaml": "a: 1\n"}


@pytest.mark.parametrize(
    ("name", "severity"),
    [
        ("charts/x/ci/ct-values.yaml", "note"),
        ("charts/x/ci/values.yaml", "note"),
        ("charts/x/values-prod.yaml", "error"),
        ("ci/prod-values.yaml", "error"),
    ],
)
def test_values_of_chart_testing_hold_no_secret(name: str, severity: str, tmp_path: Path) -> None:
    files = {**CHART, name: "password: hR7dh2kQp0x8Zs\n"}
    assert [one.severity.value for one in findings(tmp_path, files, "SEC001")] == [severity]


COMMIT = "393031adb9afb225ee52ae2ccd7a5af5525e03e8"
RAW = "https://raw.githubusercontent.com/o/r"


@pytest.mark.parametrize(
    ("script", "lines"),
    [
        (f"SHA={COMMIT}\nbash <(curl {RAW}/$SHA/a.sh)\n", []),
        (f"SHA='{COMMIT}'\ncurl -s {RAW}/${{SHA}}/a.sh | bash\n", []),
        (f"curl -s {RAW}/{COMMIT}/a.sh | sh\n", []),
        (f"SHA=main\nbash <(curl {RAW}/$SHA/a.sh)\n", [2]),
        (f"curl -s {RAW}/v1.2.3/a.sh | sh\n", [1]),
        ("apt-get update \\\n  && curl -s https://a.b/c | bash \\\n  && echo done\n", [2]),
        ("apt-get update \\\n# tools\n  && echo a \\\n  && curl -s https://a.b/c | sh\n", [4]),
        ("echo 'curl -s https://a.b/c | sh'\n", []),
    ],
)
def test_a_download_is_judged_where_it_is(script: str, lines: list[int], tmp_path: Path) -> None:
    assert [one.line for one in findings(tmp_path, {"a.sh": script}, "SEC010")] == lines


# ---- AG010, AG029 --------------------------------------------------------------------------------

DEFAULT = 'variable "kubernetes_version" {{\n  default = "{}"\n}}\n'


@pytest.mark.parametrize(("folder", "number"), [("examples/complete", 0), (".", 1)])
def test_examples_are_clusters_of_their_own(folder: str, number: int, tmp_path: Path) -> None:
    files = {
        "main.tf": DEFAULT.format("1.34"),
        f"{folder}/fixtures.auto.tfvars": 'kubernetes_version = "1.33"\n',
        "examples/old/main.tf": DEFAULT.format("1.21"),
    }
    assert len(findings(tmp_path, files, "AG010")) == number


@pytest.mark.parametrize(
    ("template", "number"),
    [
        ("{{- $p := .Values.a.port -}}{{- if not $p -}}{{- fail `set it` -}}{{- end -}}", 0),
        ("{{- $p := 0 -}}\n{{- $p = .Values.a.port -}}\nx: {{ $p | default 80 }}", 0),
        ("{{ $p := .Values.a.port }}\n{{ with $p }}x: {{ . }}{{ end }}", 0),
        ("{{ $p := .Values.a.port }}\nx: {{ $p }}", 1),
        ("{{ $p := .Values.a.port }}\n{{ if $pp }}x: {{ $p }}{{ end }}", 1),
        ("{{ $p := .Values.b.port }}\n{{ if $p }}x: {{ $p }}{{ end }}", 1),
    ],
)
def test_a_value_that_a_variable_keeps_may_be_tested_there(
    template: str, number: int, tmp_path: Path
) -> None:
    files = {
        "c/Chart.yaml": "name: c\nversion: 1.0.0\n",
        "c/values.yaml": "a: {host: x}\n",
        "c/templates/a.yaml": f"{template}\n",
    }
    assert len(findings(tmp_path, files, "AG029")) == number


# ---- CI002: rights of called workflows, caches ---------------------------------------------------

NESTED = (
    'error while calling reusable workflow "./.github/workflows/b.yml". nested job "a" of '
    '"./.github/workflows/b.yml" requires contents: write but the calling job grants contents: read'
)
CALLER = "on: push\n{top}jobs:\n  call:\n{job}    uses: ./.github/workflows/b.yml\n"
RIGHTS = "permissions:\n  contents: read\n"


@pytest.mark.parametrize(
    ("kind", "message", "top", "job", "severity"),
    [
        ("workflow-call", NESTED, "", "", "note"),
        ("workflow-call", NESTED, RIGHTS, "", "error"),
        ("workflow-call", NESTED, "", "    permissions: {contents: read}\n", "error"),
        ("cache-call-unrestricted", "has no explicit cache access limit", "", "", "warning"),
        ("expression", 'property "x" is not defined', "", "", "error"),
    ],
)
def test_rights_that_only_settings_give_are_unknown(
    kind: str, message: str, top: str, job: str, severity: str, tmp_path: Path
) -> None:
    text = CALLER.format(top=top, job=job)
    line = text.splitlines().index("    uses: ./.github/workflows/b.yml") + 1
    problem = {
        "filepath": ".github/workflows/a.yml",
        "line": line,
        "kind": kind,
        "message": message,
    }
    printed = said(json.dumps([problem]), exit_code=1)
    files = {".github/workflows/a.yml": text}
    (told,) = findings(tmp_path, files, "CI002", actionlint=printed)
    assert told.severity.value == severity


# ---- MO005: what completes a configuration -------------------------------------------------------

ALERTMANAGER = "route: {receiver: a}\nreceivers:\n- name: a\n  slack_configs: [{channel: x}]\n"
NO_URL = (
    "Checking 'a'  FAILED: no global Slack API URL set either inline or in a file\n"
    "amtool: error: failed to validate 1 file(s)\n"
)


@pytest.mark.parametrize(
    ("files", "printed", "number"),
    [
        ({"start.sh": 'sed "s@#url@$URL@" /etc/alertmanager.yml > /a.yml\n'}, NO_URL, 0),
        ({"Dockerfile": "FROM a\nCMD envsubst < alertmanager.yml \\\n  > /a.yml\n"}, NO_URL, 0),
        ({"compose.yml": "command: sh -c 'envsubst < /alertmanager.yml > /b'\n"}, NO_URL, 0),
        ({"start.sh": "cat alertmanager.yml\n"}, NO_URL, 1),
        ({"start.sh": "# sed alertmanager.yml\n"}, NO_URL, 1),
        ({"start.sh": "sed -i s/a/b/ prometheus.yml\n"}, NO_URL, 1),
        ({"start.sh": "sed -i s/a/b/ alertmanager.yml\n"}, 'FAILED: undefined receiver "b"\n', 1),
    ],
)
def test_a_configuration_that_a_program_completes_is_not_judged(
    files: dict[str, str], printed: str, number: int, tmp_path: Path
) -> None:
    files = {"alertmanager.yml": ALERTMANAGER, **files}
    told = findings(tmp_path, files, "MO005", amtool=said(printed, exit_code=1))
    assert len(told) == number
    assert all("amtool" not in one.message for one in told)


# ---- K8001: a Kubernetes before all schemas ------------------------------------------------------


@pytest.mark.parametrize(
    ("cluster", "api", "kind", "number"),
    [
        ("1.14", "rbac.authorization.k8s.io/v1beta1", "ClusterRoleBinding", 0),
        ("1.21", "networking.k8s.io/v1beta1", "Ingress", 0),
        ("1.23", "networking.k8s.io/v1beta1", "Ingress", 1),
        ("1.16", "extensions/v1beta1", "Deployment", 1),
        ("1.15", "extensions/v1beta1", "Deployment", 0),
        ("1.30", "policy/v1beta1", "PodDisruptionBudget", 1),
    ],
)
def test_an_old_kubernetes_has_its_own_apis(
    cluster: str, api: str, kind: str, number: int, tmp_path: Path
) -> None:
    files = {
        "main.tf": DEFAULT.format(cluster),
        "k/a.yaml": f"apiVersion: {api}\nkind: {kind}\nmetadata: {{name: a}}\n",
    }
    told = [one for one in findings(tmp_path, files, "K8001") if " has no " in one.message]
    assert len(told) == number
