"""What checks say of a repository that nobody generated: kinds that were wrong, variants, and look-alikes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from support import TODAY, ScriptedToolchain, written

from scaffolder import checks
from scaffolder.model import Finding


def findings(root: Path, files: Mapping[str, str], *ids: str) -> tuple[Finding, ...]:
    chosen = [check for check in checks.every(today=TODAY) if check.id in ids]
    report = checks.run(written(root, files), chosen, ScriptedToolchain({}))
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
