"""Needless objections of wrapped linters and readers of formats in repositories of others."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support import TODAY, ScriptedToolchain, said, written

from scaffolder import checks
from scaffolder.errors import ToolTimeout
from scaffolder.model import Finding, Outcome, Result
from scaffolder.repository.budget import Budget
from scaffolder.repository.project import Project
from scaffolder.tools.process import CompletedRun
from scaffolder.tools.programs import Tool
from scaffolder.tools.toolchain import Program


def results(
    root: Path, files: Mapping[str, str], *ids: str, **programs: CompletedRun
) -> tuple[Result, ...]:
    chosen = [check for check in checks.every(today=TODAY) if check.id in ids]
    named = {name.replace("_", "-"): done for name, done in programs.items()}
    return checks.run(written(root, files), chosen, ScriptedToolchain(named)).results


def findings(
    root: Path, files: Mapping[str, str], *ids: str, **programs: CompletedRun
) -> tuple[Finding, ...]:
    return tuple(
        one for result in results(root, files, *ids, **programs) for one in result.findings
    )


# ---- CI ------------------------------------------------------------------------------------------

WORKFLOW = "on: push\njobs: {a: {runs-on: x, steps: [{run: 'true'}]}}\n"


@pytest.mark.parametrize(
    ("path", "message", "number"),
    [
        ("$", "Additional properties are not allowed ('description' was unexpected)", 0),
        ("$", "Additional properties are not allowed ('jobz' was unexpected)", 1),
        ("$.on.push.branches", "'master' is not of type 'array'", 0),
        ("$.on.pull_request.paths-ignore", "'*.md' is not of type 'array'", 0),
        ("$.on.push['paths-ignore']", "'src/**' is not of type 'array'", 0),
        ("$.on.push['branches-ignore']", "'x' is not of type 'array'", 0),
        ("$.jobs.a.steps[0].with['a-b']", "None is not of type 'string'", 0),
        ("$.jobs.a['runs-on']", "None is not of type 'string'", 1),
        ("$.jobs.a.steps", "'true' is not of type 'array'", 1),
        ("$.env.SLACK_FOOTER", "None is not of type 'string'", 0),
        ("$.jobs.a.steps[0].with.token", "None is not of type 'string'", 0),
        ("$.jobs.a.env", "None is not of type 'object'", 1),
        ("$.jobs.a.runs-on", "None is not of type 'string'", 1),
    ],
)
def test_a_workflow_is_held_against_what_github_takes(
    path: str, message: str, number: int, tmp_path: Path
) -> None:
    error = {"filename": ".github/workflows/a.yml", "path": path, "message": message}
    printed = said(json.dumps({"errors": [error]}), exit_code=1)
    files = {".github/workflows/a.yml": WORKFLOW}
    assert len(findings(tmp_path, files, "CI001", check_jsonschema=printed)) == number


@pytest.mark.parametrize(
    "name",
    [
        ".github/workflows/actions/action.yaml",
        ".github/workflows/a/b.yml",
        ".github/workflows/action.yml",
    ],
)
def test_github_starts_no_file_of_a_folder_below_its_own(name: str, tmp_path: Path) -> None:
    files = {name: "runs: {using: composite, steps: []}\n"}
    assert results(tmp_path, files, "CI001") == ()


@pytest.mark.parametrize(
    ("message", "severity"),
    [
        (
            'input "a" of workflow_call event has the default value "b", but it is also required',
            "note",
        ),
        (
            'could not parse action metadata in ".github/actions/a": line 5: '
            'unexpected key "type" for definition of input "b"',
            "note",
        ),
        (
            'could not parse action metadata in "a": line 5: '
            'unexpected key "format" for definition of output "b"',
            "note",
        ),
        ('could not parse action metadata in "a": line 2: runs is required', "error"),
        ('property "a" is not defined in object type {}', "error"),
    ],
)
def test_an_input_with_a_default_is_no_error(message: str, severity: str, tmp_path: Path) -> None:
    problem = {
        "filepath": ".github/workflows/a.yml",
        "line": 1,
        "message": message,
        "kind": "events",
    }
    printed = said(json.dumps([problem]), exit_code=1)
    (told,) = findings(tmp_path, {".github/workflows/a.yml": WORKFLOW}, "CI002", actionlint=printed)
    assert told.severity.value == severity


@pytest.mark.parametrize(
    ("called", "looked_for", "found"),
    [
        ("deploy.yml", "{outer}/.github/workflows/deploy.yml", False),
        ("deploy.yml", "{outer}/service/.github/workflows/gone.yml", True),
        ("gone.yml", "{outer}/.github/workflows/gone.yml", True),
        ("gone.yml", "{outer}/service/.github/workflows/gone.yml", True),
    ],
    ids=["of the checkout around", "of the repository", "nowhere", "missing"],
)
def test_a_called_workflow_is_looked_for_in_the_repository_and_not_around_it(
    called: str, looked_for: str, found: bool, tmp_path: Path
) -> None:
    place = looked_for.format(outer=tmp_path)
    message = (
        f'could not read reusable workflow file for "./.github/workflows/{called}":'
        f" open {place}: no such file or directory"
    )
    problem = {
        "message": message,
        "filepath": ".github/workflows/a.yml",
        "line": 3,
        "column": 1,
        "kind": "workflow-call",
    }
    files = {".github/workflows/a.yml": WORKFLOW, ".github/workflows/deploy.yml": WORKFLOW}
    (tmp_path / "service").mkdir()
    printed = said(json.dumps([problem]), exit_code=1)
    told = findings(tmp_path / "service", files, "CI002", actionlint=printed)
    assert bool(told) is found


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("# of make\nCONFIG=prod\nexport REGION=eu\n", False),
        ("CONFIG ?= prod\nA := b\n", False),
        ("#!/bin/sh\nCONFIG=prod\n", True),
        ("CONFIG=prod\necho $CONFIG\n", True),
        ("\n", True),
    ],
)
def test_variables_of_a_makefile_are_no_script(text: str, asked: bool, tmp_path: Path) -> None:
    report = said('{"comments": []}')
    told = results(tmp_path, {"config/prod.sh": text}, "CI004", shellcheck=report)
    assert bool(told) is asked


def comment(file: str, line: int, code: int, level: str) -> dict[str, object]:
    return {"file": file, "line": line, "code": code, "level": level, "message": "m"}


@pytest.mark.parametrize(
    ("name", "text", "code", "number"),
    [
        ("a.sh", '#!/bin/sh\n{{ if eq .Provider "gcp" }}\ntrue\n{{ end }}\n', 1054, 0),
        ("a.sh", "#!/bin/sh\n<#if x>\ntrue\n</#if>\n", 1072, 0),
        ("post.ftl.sh", "#!/bin/sh\n<#noparse>\ntrue\n", 1073, 0),
        ("a.sh", "#!/bin/sh\n{% if x %}\ntrue\n{% endif %}\n", 1054, 0),
        ("a.sh", "#!/bin/sh\nif true; then\n", 1046, 1),
        ("a.sh", "#!/bin/sh\na() { echo $${x\n", 1036, 1),
        ("a.sh", "#!/bin/sh\n{{ if x }}\nrm $a\n", 2086, 1),
    ],
)
def test_a_script_that_is_filled_in_first_is_not_read(
    name: str, text: str, code: int, number: int, tmp_path: Path
) -> None:
    printed = said(json.dumps({"comments": [comment(name, 2, code, "error")]}), exit_code=1)
    (told,) = results(tmp_path, {name: text}, "CI004", shellcheck=printed)
    assert len(told.findings) == number
    assert ("template" in told.limit) is not bool(number)


class Shells(ScriptedToolchain):
    """A stand-in for shellcheck that finds one thing in each script, and never ends on `slow`."""

    def run(self, tool: Tool, *args: str, cwd: Path | None = None, **options: Any) -> CompletedRun:
        scripts = [name for name in args if name.endswith(".sh")]
        self.calls.append(("shellcheck", *scripts))
        if "slow.sh" in scripts:
            raise ToolTimeout("shellcheck did not finish within 30 s and was killed")
        return said(json.dumps({"comments": [comment(name, 1, 1073, "error") for name in scripts]}))


def of_shells(
    root: Path, files: Mapping[str, str], seconds: float = 60.0
) -> tuple[Result, list[tuple[str, ...]]]:
    written(root, files)
    chosen = [check for check in checks.every(today=TODAY) if check.id == "CI004"]
    tools = Shells({"shellcheck": said()})
    (result,) = checks.run(Project(root, budget=Budget(seconds=seconds)), chosen, tools).results
    return result, tools.calls


MANY = {f"{number:02}.sh": f"#!/bin/sh\necho {number}\n" for number in range(30)}


def test_a_slow_script_takes_no_verdict_of_the_others(tmp_path: Path) -> None:
    result, calls = of_shells(tmp_path, MANY | {"slow.sh": "#!/bin/sh\n"})
    assert [len(call) - 1 for call in calls] == [25, 6]
    assert len(result.findings) == 25
    assert result.limit == (
        "6 scripts from 25.sh on: shellcheck did not finish within 30 s and was killed"
    )


def test_one_batch_that_does_not_end_is_no_verdict(tmp_path: Path) -> None:
    result, _ = of_shells(tmp_path, {"slow.sh": "#!/bin/sh\n"})
    assert result.outcome is Outcome.BROKEN


def test_scripts_beyond_the_time_are_not_read(tmp_path: Path) -> None:
    result, calls = of_shells(tmp_path, MANY, seconds=0.0)
    assert (result.limit, calls) == ("30 scripts: the others took 0 s", [])


def test_copies_of_a_script_are_read_once_and_told_each(tmp_path: Path) -> None:
    copies = {f"{name}/run.sh": "#!/bin/sh\necho a\n" for name in ("a", "b", "c")}
    result, calls = of_shells(tmp_path, copies | {"d.sh": "#!/bin/sh\n"})
    assert calls == [("shellcheck", "a/run.sh", "d.sh")]
    assert [finding.path.as_posix() for finding in result.findings] == [*copies, "d.sh"]


def test_flux_leaves_a_dollar_in_a_script(tmp_path: Path) -> None:
    files = {"a.sh": "#!/bin/sh\nx=$$(date)\n", "kustomization.yaml": "resources: []\n"}
    printed = said(json.dumps({"comments": [comment("a.sh", 2, 1036, "error")]}), exit_code=1)
    assert findings(tmp_path, files, "CI004", shellcheck=printed) == ()


@pytest.mark.parametrize(
    ("name", "other", "severities"),
    [
        ("lib/db.sh", "#!/bin/bash\nsource lib/db.sh\n", []),
        ("lib/db.sh", '#!/bin/bash\nif true; then . "$HERE/db.sh"; fi\n', []),
        ("spec/db_spec.sh", "#!/bin/sh\ntrue\n", []),
        ("lib/db.sh", "#!/bin/sh\nsh lib/db.sh\n", ["note"]),
        ("lib/db.sh", "#!/bin/sh\necho db.sh\n", ["note"]),
    ],
)
def test_a_part_of_a_script_needs_no_first_line(
    name: str, other: str, severities: list[str], tmp_path: Path
) -> None:
    printed = said(json.dumps({"comments": [comment(name, 1, 2148, "error")]}), exit_code=1)
    told = findings(tmp_path, {name: "echo x\n", "run.sh": other}, "CI004", shellcheck=printed)
    assert [one.severity.value for one in told] == severities


CELLS = """\
pipeline {
  agent none
  stages {
    stage('a') {
      matrix {
        AGENT
        axes { axis { name 'A'; values 'b' } }
        stages { stage('b') { steps { dir('x') { sh 'true' } } } }
      }
    }
  }
}
"""


@pytest.mark.parametrize(
    ("agent", "number"), [("agent { label 'x' }", 0), ("agent any", 0), ("agent none", 1), ("", 1)]
)
def test_the_cells_of_a_matrix_have_its_agent(agent: str, number: int, tmp_path: Path) -> None:
    files = {"Jenkinsfile": CELLS.replace("AGENT", agent)}
    told = [one for one in findings(tmp_path, files, "CI005") if "agent" in one.message]
    assert len(told) == number


DEPLOYS = """\
on: push
concurrency: {group: a, cancel-in-progress: true}
jobs:
  a:
    runs-on: ubuntu-24.04
    steps:
      - MAKES
      - run: helm upgrade --install a ./chart
"""


@pytest.mark.parametrize(
    ("makes", "number"),
    [
        ("uses: helm/kind-action@v1", 0),
        ("run: kind create cluster --wait 60s", 0),
        ("run: k3d cluster create", 0),
        ("run: minikube start --driver=docker", 0),
        ("run: aws eks update-kubeconfig --name a", 1),
        ("run: echo kind regards", 1),
    ],
)
def test_a_cluster_that_ends_with_its_job_may_be_cut_off(
    makes: str, number: int, tmp_path: Path
) -> None:
    files = {".github/workflows/a.yml": DEPLOYS.replace("MAKES", makes)}
    assert len(findings(tmp_path, files, "CI011")) == number


@pytest.mark.parametrize(
    ("name", "step", "number"),
    [
        ("action.yml", "uses: helm/kind-action@v1", 0),
        ("action.yaml", "run: k3d cluster create", 0),
        ("action.yml", "uses: ./.github/actions/inner", 0),
        ("action.yml", "uses: azure/setup-helm@v4", 1),
        ("action.yml", "uses: ./.github/actions/cluster", 1),
        ("other.yml", "uses: helm/kind-action@v1", 1),
    ],
)
def test_an_action_of_the_repository_may_make_the_cluster(
    name: str, step: str, number: int, tmp_path: Path
) -> None:
    action = "runs:\n  using: composite\n  steps:\n    - STEP\n"
    files = {
        ".github/workflows/a.yml": DEPLOYS.replace("MAKES", "uses: ./.github/actions/cluster"),
        f".github/actions/cluster/{name}": action.replace("STEP", step),
        ".github/actions/inner/action.yml": action.replace("STEP", "run: kind create cluster"),
    }
    assert len(findings(tmp_path, files, "CI011")) == number


# ---- images --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "rule", "line", "number"),
    [
        ("FROM ghcr.io/o/node\nCOPY a b\n", "DL3045", 2, 0),
        ("FROM node:24.1.0\nCOPY a b\n", "DL3045", 2, 1),
        ("FROM a:1\nHEALTHCHECK CMD wget -q x || exit 1\n", "DL3025", 2, 0),
        ("FROM a:1\nCMD node a.js\n", "DL3025", 2, 1),
        ("FROM built-here\n", "DL3006", 1, 0),
        ("FROM node\n", "DL3006", 1, 1),
    ],
)
def test_hadolint_does_not_know_the_base_image(
    text: str, rule: str, line: int, number: int, tmp_path: Path
) -> None:
    problem = {"file": "Dockerfile", "line": line, "message": "m", "code": rule, "level": "warning"}
    files = {
        "Dockerfile": text,
        "compose.yaml": "services: {a: {build: ./a, image: built-here}}\n",
    }
    printed = said(json.dumps([problem]))
    assert len(findings(tmp_path, files, "DK001", hadolint=printed)) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("FROM postgres:18\nCOPY a.sql /docker-entrypoint-initdb.d/\n", 0),
        ("FROM docker.io/library/mysql:9.1\n", 0),
        ("FROM node:24.1.0 AS production\nUSER node\nFROM production AS test\nUSER root\n", 0),
        ("FROM node:24.1.0 AS production\nFROM production AS test\nUSER 1000\n", 1),
        ("FROM node:24.1.0 AS base\nFROM base AS tests\nUSER root\n", 1),
        ("FROM node:24.1.0 AS build\nUSER node\nFROM node:24.1.0\nUSER root\n", 1),
        ("FROM node:24.1.0\n", 1),
    ],
)
def test_the_stage_that_users_get_may_not_be_the_last(
    text: str, number: int, tmp_path: Path
) -> None:
    assert len(findings(tmp_path, {"Dockerfile": text}, "SEC007")) == number


@pytest.mark.parametrize(
    ("image", "number"),
    [
        ("registry.io/team/app:set-me", 0),
        ("app:replace-me", 0),
        ("app:changeme", 0),
        ("app:app_version", 0),
        ("app:to-be-replaced", 0),
        ("app:latest", 1),
        ("app:v1", 0),
        ("app:staging", 1),
    ],
)
def test_a_tag_that_is_filled_in_is_no_tag(image: str, number: int, tmp_path: Path) -> None:
    pod = f"apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec: {{containers: [{{name: a, image: '{image}'}}]}}\n"
    assert len(findings(tmp_path, {"k8s/a.yaml": pod}, "SEC002")) == number


def test_an_image_stream_has_the_tags_of_an_image(tmp_path: Path) -> None:
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: crier}]}\n"
    stream = "apiVersion: image.openshift.io/v1\nkind: ImageStream\nmetadata: {name: crier}\n"
    assert len(findings(tmp_path / "a", {"k8s/a.yaml": pod}, "SEC002")) == 1
    assert findings(tmp_path / "b", {"k8s/a.yaml": pod, "k8s/b.yaml": stream}, "SEC002") == ()


# ---- secrets -------------------------------------------------------------------------------------

DRAWN = "hR7dh2kQp0x8ZsW1mN4v"


@pytest.mark.parametrize(
    ("name", "text", "severities"),
    [
        ("a.yml", "docker_repo_repokey: 9DC858229FC7DD38854AE2D88D81803C0EBFCD88\n", []),
        (
            "Dockerfile",
            "FROM a:1\nENV POSTGRES_REPO_KEY=B97B0AFCAA1A47F044F244A07FCC7D46ACCC4CF8\n",
            [],
        ),
        ("a.sh", 'url="rediss://:PASSWORD=@db.example.org:6380/0"\n', []),
        ("a.sh", 'url="rediss://:hR7dh2kQp0x8@db.example.org:6380/0"\n', ["error"]),
        ("values.yaml", f"GOOGLE_TAG_MANAGER_AUTH: {DRAWN}\n", []),
        ("values.yaml", f"SERVICE_AUTH_TOKEN: {DRAWN}\n", ["error"]),
        ("values.yaml", f"INVITE_TOKEN: {DRAWN}\n", ["error"]),
        ("values.yaml", f"VITE_AUTH_TOKEN: {DRAWN}\n", []),
        ("a.ini", ";secret_key = SW2YcwTIb9zpOOhoPsMm\n", []),
        (
            "a.json",
            '{"x-amz-credential": "ASIAIOSFODNN7QWERTYU/20230911/eu-west-2/s3/aws4_request"}\n',
            [],
        ),
        ("app/config.py", f'class Development(Config):\n    SECRET_KEY = "{DRAWN}"\n', ["note"]),
        ("app/config.py", f'class Production(Config):\n    SECRET_KEY = "{DRAWN}"\n', ["error"]),
        ("app/config.py", f'class Config:\n    SECRET_KEY = "{DRAWN}"\n', ["error"]),
        (
            "issuer.yaml",
            "route53:\n  accessKeyID: AKIAQ3EGRZK7WLXYHTPM\n  secretAccessKeySecretRef: {name: a}\n",
            ["note"],
        ),
        ("a.yaml", "accessKeyID: AKIAQ3EGRZK7WLXYHTPM\n", ["note"]),
    ],
)
def test_what_opens_nothing_is_no_secret(
    name: str, text: str, severities: list[str], tmp_path: Path
) -> None:
    told = findings(tmp_path, {name: text}, "SEC001")
    assert [one.severity.value for one in told] == severities


# ---- texts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "number"),
    [
        ("env/prod.tfvars", b"\0GITCRYPT\0\x01\x02\xff", 0),
        ("vault.yml", b"$ANSIBLE_VAULT;1.1;AES256\n6162\n", 0),
        ("secret.tf", b"# STRONGBOX ENCRYPTED RESOURCE ; See https://example.com\nabc=\n", 0),
        ("secret.tf", b"-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n", 0),
        ("secret.json", b"\n-----BEGIN PGP MESSAGE-----\n\nabc\n", 0),
        ("env/prod.tfvars", b"\0\x01\x02\xff", 1),
        ("src/main/resources/Messages.properties", "a=ü\n".encode("latin-1"), 0),
        ("a.yaml", "a: ü\n".encode("latin-1"), 1),
    ],
)
def test_what_is_encrypted_or_of_another_encoding_can_be_read_by_its_readers(
    name: str, content: bytes, number: int, tmp_path: Path
) -> None:
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_bytes(content)
    assert len(findings(tmp_path, {}, "SY007")) == number


@pytest.mark.parametrize(
    ("content", "number"),
    [
        (b"# STRONGBOX ENCRYPTED RESOURCE ; See https://example.com\nUmVhbGx5{\n", 0),
        (b"-----BEGIN AGE ENCRYPTED FILE-----\nYWdlLWVu/+{\n", 0),
        (b"$ANSIBLE_VAULT;1.1;AES256\n6162{\n", 0),
        (b"# strongbox is what we use\na = {\n", 1),
        (b"# a certificate\n-----BEGIN CERTIFICATE-----\n", 1),
    ],
)
@pytest.mark.parametrize(("name", "check"), [("a.tf", "SY005"), ("a.json", "SY003")])
def test_what_is_encrypted_is_in_no_language(
    name: str, check: str, content: bytes, number: int, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    assert len(findings(tmp_path, {}, check)) == number


@pytest.mark.parametrize(
    ("name", "text", "asked"),
    [
        ("template/{{cookiecutter.project_name}}/Dockerfile", "FROM a:1\n", False),
        ("Dockerfile", "FROM a:1\n{% if x %}\nRUN a\n{% endif %}\n", False),
        ("api.tmpl.Dockerfile", "FROM a:1\n{{- if .X }}\nRUN a\n{{- end }}\n", False),
        ("Dockerfile", "FROM a:1\nRUN docker inspect -f '{{ .Id }}' a\n", True),
    ],
)
def test_hadolint_reads_no_template(name: str, text: str, asked: bool, tmp_path: Path) -> None:
    files = {name: text, "b/Dockerfile": "FROM a:1\n"}
    (told,) = results(tmp_path, files, "DK001", hadolint=said(json.dumps([])))
    assert ("template" in told.limit) is not asked
    assert (name in told.detail.split(", ")) is asked


def test_an_encrypted_file_is_said_not_to_be_looked_at(tmp_path: Path) -> None:
    (tmp_path / "a.tfvars").write_bytes(b"\0GITCRYPT\0\x01")
    (result,) = results(tmp_path, {}, "SY007")
    assert result.limit == "a.tfvars is encrypted"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ('{"copies": <NON_UK_COPIES>, "a": 1}\n', 0),
        ('{"a": [<A_B>]}\n', 0),
        ('{"copies": <b>, "a": 1}\n', 1),
        ('{"a": 1,\n', 1),
    ],
)
def test_json_with_a_placeholder_is_filled_in_first(text: str, number: int, tmp_path: Path) -> None:
    assert len(findings(tmp_path, {"src/functionalTest/a.json": text}, "SY003")) == number


INGRESS = "apiVersion: v1\nkind: Service\nmetadata:\n  name: {}\nspec: {{prts: []}}\n"


@pytest.mark.parametrize(
    ("name", "number"),
    [("#SERVICE_NAME#-maintenance", 0), ("__SERVICE__", 0), ("a # SERVICE #", 1), ("a", 1)],
)
def test_a_manifest_that_sed_completes_is_not_judged(
    name: str, number: int, tmp_path: Path
) -> None:
    assert len(findings(tmp_path, {"k8s/a.yaml": INGRESS.format(name)}, "K8001")) == number


@pytest.mark.parametrize(
    ("ignored", "number"),
    [("node_modules/\n", 1), ("/build\n", 0), ("build/\n", 0), ("**/build/*\n", 0), ("", 1)],
)
def test_a_folder_called_build_is_looked_at_unless_git_ignores_it(
    ignored: str, number: int, tmp_path: Path
) -> None:
    files = {".gitignore": ignored, "build/Dockerfile": "FROM node:24.1.0\nUSER root\n"}
    assert len(findings(tmp_path, files, "SEC007")) == number


# ---- monitoring ----------------------------------------------------------------------------------

TESTS = "rule_files: [a.yml]\ntests:\n  - INTERVALalert_rule_test: []\n"


@pytest.mark.parametrize(
    ("printed", "interval", "outcome"),
    [
        (
            "  FAILED:\nfield start_timestamp not found in type main.testGroup\n",
            "",
            Outcome.SKIPPED,
        ),
        ("WARNING: no file match pattern a.rules.yml\n  FAILED:\n", "", Outcome.SKIPPED),
        ("  FAILED:\n    got:[]\n", "interval: 1m\n    ", Outcome.FAILED),
    ],
)
def test_a_test_for_another_promtool_is_not_judged(
    printed: str, interval: str, outcome: Outcome, tmp_path: Path
) -> None:
    files = {"rules/a_test.yml": TESTS.replace("INTERVAL", interval)}
    (result,) = results(tmp_path, files, "MO004", promtool=said(printed, exit_code=1))
    assert result.outcome is outcome


class OldPromtool(ScriptedToolchain):
    """A machine with the promtool of Debian 12."""

    def find(self, tool: Tool) -> Program | None:
        found = super().find(tool)
        return replace(found, version="2.42.0") if found else None


@pytest.mark.parametrize(
    ("interval", "outcome"), [("", Outcome.SKIPPED), ("interval: 1m\n    ", Outcome.FAILED)]
)
def test_an_old_promtool_knows_no_interval_of_its_own(
    interval: str, outcome: Outcome, tmp_path: Path
) -> None:
    project = written(tmp_path, {"rules/a_test.yml": TESTS.replace("INTERVAL", interval)})
    chosen = [check for check in checks.every(today=TODAY) if check.id == "MO004"]
    toolchain = OldPromtool({"promtool": said("  FAILED:\n    got:[]\n", exit_code=1)})
    (result,) = checks.run(project, chosen, toolchain).results
    assert result.outcome is outcome


@pytest.mark.parametrize(
    ("line", "outcome"),
    [("slack_api_url: {{.url}}", Outcome.SKIPPED), ("slack_api_url: http://a.b", Outcome.FAILED)],
)
def test_a_template_of_an_alertmanager_is_not_judged(
    line: str, outcome: Outcome, tmp_path: Path
) -> None:
    text = f"global:\n  {line}\nroute: {{receiver: a}}\nreceivers: [{{name: a}}]\n"
    (result,) = results(
        tmp_path, {"alertmanager.yml": text}, "MO005", amtool=said("FAILED: no", exit_code=1)
    )
    assert result.outcome is outcome


STACK = (
    "prometheus:\n  prometheusSpec:\n    retention: 1d\nkube-state-metrics: {}\nalertmanager: {}\n"
)
MONITOR = "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata:\n  name: a\n  labels:\n    {}\nspec: {{}}\n"


@pytest.mark.parametrize(("label", "number"), [("release: prometheus", 0), ("team: a", 1)])
def test_the_stack_takes_what_has_the_label_of_its_release(
    label: str, number: int, tmp_path: Path
) -> None:
    files = {"k8s/prometheus-values.yaml": STACK, "k8s/monitor.yaml": MONITOR.format(label)}
    assert len(findings(tmp_path, files, "MO006")) == number


@pytest.mark.parametrize(("other", "number"), [("vm_rows_inserted_total", 0), ("up", 1)])
def test_a_dashboard_of_victoria_metrics_is_in_another_language(
    other: str, number: int, tmp_path: Path
) -> None:
    board = {
        "panels": [
            {"title": "a", "targets": [{"expr": "increase(requests_total)"}, {"expr": other}]}
        ]
    }
    assert len(findings(tmp_path, {"a.json": json.dumps(board)}, "MO002")) == number
