"""Scripts, addresses, ports and versions of repositories that were not generated: right ones, and look-alikes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from support import TODAY, ScriptedToolchain, said, written

from scaffolder import checks
from scaffolder.formats import hcl
from scaffolder.model import Finding, Severity
from scaffolder.tools.offline.requirements import required_providers
from scaffolder.tools.process import CompletedRun


def findings(
    root: Path, files: Mapping[str, str], *ids: str, **programs: CompletedRun
) -> list[Finding]:
    chosen = [check for check in checks.every(today=TODAY) if check.id in ids]
    report = checks.run(written(root, files), chosen, ScriptedToolchain(programs))
    return [finding for result in report.results for finding in result.findings]


# ---- AG048: what a script makes or fetches -------------------------------------------------------


@pytest.mark.parametrize(
    ("script", "number"),
    [
        ("touch hc/local.py", 0),
        ("cp hc/settings.py hc/local.py", 0),
        ("tee hc/local.py < a", 0),
        ("wget https://example.com/v1/local.py\npython hc/local.py", 0),
        ("curl -sSL https://example.com/x -o hc/local.py\npython hc/local.py", 0),
        ("curl -sSLo hc/local.py \\\n  https://example.com/x\npython hc/local.py", 0),
        ("python hc/local.py", 1),
        ("cp hc/local.py hc/other.py", 1),
        ("wget https://example.com/other.py\npython hc/local.py", 1),
    ],
)
def test_a_script_may_be_made_or_fetched(script: str, number: int, tmp_path: Path) -> None:
    step = "".join(f"          {line}\n" for line in script.splitlines())
    workflow = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: |\n"
    files = {".github/workflows/a.yml": workflow + step, "hc/settings.py": "a = 1\n"}
    assert len(findings(tmp_path, files, "AG048")) == number


# ---- AG020: who is asked -------------------------------------------------------------------------

APP = "import express from 'express'\nconst app = express()\napp.get('/live', f)\napp.get('/orders', f)\napp.listen(3000)\n"


@pytest.mark.parametrize(
    ("address", "number"),
    [
        ("http://localhost:$LOKI_PORT/ready", 0),
        ("http://localhost:${PROMTAIL_PORT}/ready", 0),
        ("http://localhost:9090/ready", 1),
        ("http://localhost:3100/ready", 0),
        ("http://localhost:$PORT/ready", 1),
        ("http://localhost:${APP_PORT}/ready", 1),
        ("http://localhost/ready", 1),
        ("http://localhost:$PORT/live", 0),
    ],
)
def test_a_port_of_another_program_is_not_the_service(
    address: str, number: int, tmp_path: Path
) -> None:
    files = {
        "Dockerfile": "FROM node:24\nCOPY server.js .\n",
        "package.json": '{"name": "a", "dependencies": {"express": "5"}}\n',
        "server.js": APP,
        "wait.sh": f"#!/bin/sh\ncurl -f {address}\n",
    }
    assert len(findings(tmp_path, files, "AG020")) == number


# ---- AG016, AG011: debuggers ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ports", "number"),
    [
        ('["8000:8000", "${SERVER_PORT:-3000}:${SERVER_PORT:-3000}"]', 0),
        ('["8000:8000", "3000:3000"]', 0),
        ('["8000:8000", "$WEB:$WEB"]', 0),
        ('["8000:8000"]', 1),
        ('["3001:${SERVER_PORT:-3001}"]', 1),
    ],
)
def test_a_service_may_publish_more_than_its_port(ports: str, number: int, tmp_path: Path) -> None:
    files = {
        "Dockerfile": "FROM node:24\nCOPY server.js .\nEXPOSE 3000\n",
        "package.json": '{"name": "a", "dependencies": {"express": "5"}}\n',
        "server.js": APP,
        "compose.yaml": f"services:\n  a:\n    build: .\n    ports: {ports}\n",
    }
    assert len(findings(tmp_path, files, "AG016")) == number


@pytest.mark.parametrize(
    ("exposed", "entry", "number"),
    [
        ("5005", "java -jar a.jar", 0),
        ("9229", "node --inspect server.js", 0),
        ("8000", "java -agentlib:jdwp=transport=dt_socket,server=y,address=*:8000 -jar a.jar", 0),
        ("5678", "python -m debugpy --listen 0.0.0.0:5678 -m app", 0),
        ("8000", "java -jar a.jar", 1),
    ],
)
def test_the_port_of_a_debugger_is_no_port_of_the_service(
    exposed: str, entry: str, number: int, tmp_path: Path
) -> None:
    files = {
        "Dockerfile": f"FROM node:24\nCOPY server.js .\nEXPOSE {exposed}\nENTRYPOINT {entry}\n",
        "package.json": '{"name": "a", "dependencies": {"express": "5"}}\n',
        "server.js": APP,
    }
    assert len(findings(tmp_path, files, "AG011")) == number


# ---- CI002: own runners --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "severity"),
    [
        ("home-ops-runner", Severity.NOTE),
        ("ubuntu-latest-8-cores", Severity.NOTE),
        ("arc-runner-set", Severity.NOTE),
        ("ubuntu-lates", Severity.WARNING),
        ("Ubuntu-24.4", Severity.WARNING),
        ("macos-lastest", Severity.WARNING),
    ],
)
def test_an_own_runner_has_any_name(label: str, severity: Severity, tmp_path: Path) -> None:
    problem = {
        "filepath": ".github/workflows/a.yml",
        "line": 1,
        "message": f'label "{label}" is unknown. available labels are "windows-latest"',
        "kind": "runner-label",
    }
    printed = said(json.dumps([problem]), exit_code=1)
    files = {".github/workflows/a.yml": "on: push\n"}
    (told,) = findings(tmp_path, files, "CI002", actionlint=printed)
    assert told.severity is severity


# ---- TF002: versions of provider blocks ----------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('provider "azurerm" {\n  version = "2.8.0"\n}\n', {"hashicorp/azurerm": "2.8.0"}),
        ('provider "aws" {\n  version = "~> 1.27"\n}\n', {"hashicorp/aws": "~> 1.27"}),
        (
            'terraform {\n  required_providers {\n    aws = {\n      source = "acme/aws"\n    }\n  }\n}\n'
            'provider "aws" {\n  version = "~> 1.27"\n}\n',
            {"acme/aws": "~> 1.27"},
        ),
        ('provider "aws" {\n  region = "eu-west-1"\n}\n', {"hashicorp/aws": ""}),
    ],
)
def test_a_provider_block_may_pin_the_version(text: str, expected: dict[str, str]) -> None:
    assert required_providers([hcl.recovered(text)]) == expected


# ---- AG049: pages of an application --------------------------------------------------------------

PAGES = {f"templates/docs/{name}.md": f"# {name}\n" for name in ("api", "cron", "email", "start")}


@pytest.mark.parametrize(
    ("link", "number"),
    [
        ("../api/", 0),
        ("../cron/#when", 0),
        ("email/", 0),
        ("../api#log", 0),
        ("IMG_URL/edit.png", 0),
        ("../absent/", 1),
        ("absent.md", 1),
        ("img_url/edit.png", 1),
    ],
)
def test_pages_may_be_linked_by_their_addresses(link: str, number: int, tmp_path: Path) -> None:
    text = f"[a](../api/) [b](../cron/) [c](../email/) [d]({link})\n"
    files = PAGES | {"templates/docs/start.md": text}
    assert len(findings(tmp_path, files, "AG049")) == number


def test_one_link_to_a_page_without_its_ending_is_none(tmp_path: Path) -> None:
    files = {"docs/a.md": "[b](b/)\n", "docs/b.md": "# b\n"}
    assert len(findings(tmp_path, files, "AG049")) == 1


# ---- EOL002, K8001 -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "severity"),
    [
        ("KIND_OLDEST_NODE_IMAGE", Severity.NOTE),
        ("MIN_K8S", Severity.NOTE),
        ("UPGRADE_FROM_IMAGE", Severity.NOTE),
        ("KIND_NODE_IMAGE", Severity.ERROR),
        ("ADMIN_NODE_IMAGE", Severity.ERROR),
    ],
)
def test_the_oldest_version_is_tried_on_purpose(
    name: str, severity: Severity, tmp_path: Path
) -> None:
    text = f"on: push\nenv:\n  {name}: kindest/node:v1.25.0\njobs: {{}}\n"
    (told,) = findings(tmp_path, {".github/workflows/a.yml": text}, "EOL002")
    assert told.severity is severity


@pytest.mark.parametrize(("number", "told"), [(3, 3), (5, 5), (6, 1), (40, 1)])
def test_one_fault_of_many_objects_is_told_once(number: int, told: int, tmp_path: Path) -> None:
    text = (
        "apiVersion: v1\nkind: Service\nmetadata: {{name: a{0}}}\nspec: {{ports: [{{port: x}}]}}\n"
    )
    files = {f"k8s/{one}.yaml": text.format(one) for one in range(number)}
    files["k8s/other.yaml"] = (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\ndata: {a: [1]}\n"
    )
    found = findings(tmp_path, files, "K8001")
    services = [one for one in found if "Service" in one.message]
    assert (len(services), len(found) - len(services)) == (told, 1)
    assert ("more objects" in services[0].message) is (told == 1)


# ---- AG001: never back to what has ended ---------------------------------------------------------


@pytest.mark.parametrize(
    ("version_file", "image", "fix"),
    [
        ("16.0.0", "node:24", "write 24 in .nvmrc, the newer of the two"),
        ("13.5.0", "node:16", "write one version in both places"),
        ("24.1.0", "node:22", "write 24 here, or change .nvmrc"),
    ],
)
def test_no_fix_goes_back_to_a_version_that_has_ended(
    version_file: str, image: str, fix: str, tmp_path: Path
) -> None:
    files = {
        ".nvmrc": f"{version_file}\n",
        "Dockerfile": f"FROM {image}\nCOPY server.js .\n",
        "package.json": '{"name": "a"}\n',
        "server.js": "a()\n",
    }
    told = findings(tmp_path, files, "AG001", "AG002")
    assert [one.fix[: len(fix)] for one in told] == [fix]


# ---- AG051: folders that commands work in --------------------------------------------------------

JOB = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n"


@pytest.mark.parametrize(
    ("step", "number"),
    [
        ("      - run: terraform -chdir=infrastructure/terraform plan\n", 1),
        ("      - run: terraform -chdir=infrastructure/terraform init\n      - run: terraform -chdir=infrastructure/terraform plan\n", 1),
        ("      - run: npm ci\n        working-directory: web\n", 1),
        ("      - run: terraform -chdir=terraform/prod plan\n", 0),
        ("      - run: npm ci\n        working-directory: app\n", 0),
        ("      - run: npm ci\n        working-directory: dist\n", 0),
        ("      - run: npm ci\n        working-directory: ${{ matrix.folder }}\n", 0),
        ("      - run: mkdir -p web\n      - run: npm ci\n        working-directory: web\n", 0),
        ("      - run: mkdir -p web\n      - run: npm ci\n        working-directory: other\n", 0),
        ("      - run: mkdir -p web\n      - run: ls\n        working-directory: terrafrom/prod\n", 1),
        ("      - run: cp a b\n      - run: ls\n        working-directory: ./terraform/prods\n", 1),
        ("      - run: sed -i s/a/b/ c\n      - run: terraform -chdir=teraform/prod plan\n", 1),
        ("      - run: cp -r terraform terraforms\n      - run: ls\n        working-directory: terraforms\n", 0),
        ("      - uses: actions/download-artifact@v4\n      - run: ls\n        working-directory: web\n", 0),
        ("      - uses: actions/checkout@v4\n        with: {repository: a/b, path: web}\n      - run: ls\n        working-directory: web\n", 0),
    ],
)  # fmt: skip
def test_a_command_works_in_a_folder_that_is_there(step: str, number: int, tmp_path: Path) -> None:
    files = {
        ".github/workflows/a.yml": JOB + step,
        "terraform/prod/main.tf": "",
        "app/package.json": "{}\n",
    }
    told = [one for one in findings(tmp_path, files, "AG051") if "does not exist" in one.message]
    assert len(told) == number
