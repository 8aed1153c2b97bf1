"""Values of options, callers and conditions that only look like charts, versions and secrets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from support import TODAY, ScriptedToolchain, said, written

from scaffolder import checks


def found(root: Path, files: Mapping[str, str], *ids: str, **printed: str) -> list[str]:
    chosen = [check for check in checks.every(today=TODAY) if check.id in ids]
    outcomes = {name: said(text, exit_code=1) for name, text in printed.items()}
    report = checks.run(written(root, files), chosen, ScriptedToolchain(outcomes))
    return [one.message for result in report.results for one in result.findings]


# ---- AG031: options of Helm ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "number"),
    [
        ("helm package ./${{ env.CHART_PATH }} --destination ./packaged", 0),
        ("helm package ./chart --destination ./packaged", 0),
        ("helm package -d ./packaged ./chart", 0),
        ("helm package --destination=./packaged ./chart", 0),
        ("helm template shop ./chart --output-dir ./rendered", 0),
        ("helm package ./charts --destination ./packaged", 1),
        ("helm package --destination ./packaged ./charts", 1),
        ("helm upgrade shop ./charts --debug", 1),
    ],
)
def test_the_folder_of_an_option_is_no_chart(command: str, number: int, tmp_path: Path) -> None:
    workflow = f"on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: {command}\n"
    files = {
        "chart/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
        ".github/workflows/a.yml": workflow,
    }
    assert len(found(tmp_path, files, "AG031")) == number


# ---- AG003: the folder of a lock file ------------------------------------------------------------


@pytest.mark.parametrize(
    ("cached", "number"),
    [
        ("tools/package-lock.json", 0),
        ("e2e/yarn.lock", 0),
        ("app/package-lock.json", 1),
        ("package-lock.json", 1),
        ("'**/package-lock.json'", 1),
        ("'${{ env.LOCK }}'", 1),
    ],
)
def test_a_step_is_for_the_folder_of_its_lock_file(
    cached: str, number: int, tmp_path: Path
) -> None:
    files = {
        "app/package.json": '{"name": "app"}\n',
        "app/Dockerfile": "FROM node:24\n",
        "tools/package.json": '{"name": "tools"}\n',
        ".github/workflows/a.yml": (
            "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n"
            "      - uses: actions/setup-node@v6\n"
            f"        with: {{node-version: '20', cache: npm, cache-dependency-path: {cached}}}\n"
            "      - {run: npm ci, working-directory: app}\n      - run: make validate\n"
        ),
    }
    assert len(found(tmp_path, files, "AG003")) == number


# ---- AG008: images of tests ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "number"),
    [
        ("test/acceptance/Dockerfile", 0),
        ("e2e/Dockerfile", 0),
        ("examples/Dockerfile", 0),
        ("tools/Dockerfile", 1),
    ],
)
def test_tools_of_tests_may_be_others(file: str, number: int, tmp_path: Path) -> None:
    files = {
        "Dockerfile": "ARG PARENT_VERSION=2.1.2\nFROM scratch\n",
        file: "ARG PARENT_VERSION=1.2.1\nFROM scratch\n",
    }
    assert len(found(tmp_path, files, "AG008")) == number


# ---- AG063: on what something else is needed -----------------------------------------------------


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("`isolated-vm` on Node ≥20 needs `NODE_OPTIONS=--no-node-snapshot`.", 0),
        ("With Node 20 the build requires more memory.", 0),
        ("You need Node 20.", 1),
        ("The service requires Node 20 or newer.", 0),
        ("Development needs a shell with Node 20, which must be on PATH.", 1),
        ("The service runs on Node 20.", 1),
    ],
)
def test_a_condition_is_no_requirement(line: str, number: int, tmp_path: Path) -> None:
    files = {
        "README.md": f"# Shop\n\n{line}\n",
        "package.json": '{"name": "shop"}\n',
        "Dockerfile": "FROM node:24\n",
    }
    assert len(found(tmp_path, files, "AG063")) == number


# ---- SEC001: mounts of a build -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "number"),
    [
        ("--secret id=GH_PACKAGES_USER_9Xk2,env=GH_PACKAGES_USER_9Xk2", 0),
        ("--secret type=file,src=conf/Sentry_Token7.txt,id=sentry9", 0),
        ("--secret env=SENTRY_AUTH_TOKEN_77x", 0),
        ("--secret 9fK2mQ7xTz4LwB8vNc3RpYd6", 1),
        ("--token 9fK2mQ7xTz4LwB8vNc3RpYd6", 1),
    ],
)
def test_where_a_secret_is_mounted_from_is_no_secret(
    options: str, number: int, tmp_path: Path
) -> None:
    assert len(found(tmp_path, {"build.sh": f"docker build {options} .\n"}, "SEC001")) == number


# ---- CI002: secrets that callers hand over -------------------------------------------------------

CALLED = """\
on:
  workflow_call:
    secrets: {{URL: {{required: true}}}}
jobs:
  a:
    runs-on: x
    steps:
      - run: echo
        env: {{USER: "{expression}"}}
"""
CALLS = """\
on: push
jobs:
  b:
    uses: ./.github/workflows/{file}
    secrets: {secrets}
"""


@pytest.mark.parametrize(
    ("expression", "file", "secrets", "number"),
    [
        ("${{ secrets.E2E_USER }}", "a.yml", "inherit", 0),
        ("${{ secrets['E2E_USER'] }}", "a.yml", "inherit", 0),
        ("${{ secrets.E2E_USER }}", "a.yml", "{URL: x}", 1),
        ("${{ secrets.E2E_USER }}", "other.yml", "inherit", 1),
        ("${{ inputs.E2E_USER }}", "a.yml", "inherit", 1),
        ("${{ secrets.URL }}${{ env.E2E_USER }}", "a.yml", "inherit", 1),
    ],
)
def test_a_caller_may_hand_over_all_secrets(
    expression: str, file: str, secrets: str, number: int, tmp_path: Path
) -> None:
    problem = {
        "filepath": ".github/workflows/a.yml",
        "line": 9,
        "message": 'property "e2e_user" is not defined in object type {url: string}',
        "kind": "expression",
    }
    files = {
        ".github/workflows/a.yml": CALLED.format(expression=expression),
        ".github/workflows/b.yml": CALLS.format(file=file, secrets=secrets),
    }
    assert len(found(tmp_path, files, "CI002", actionlint=json.dumps([problem]))) == number
