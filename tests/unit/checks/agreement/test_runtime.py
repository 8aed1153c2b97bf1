"""AG001 to AG006: one version of the runtime in files, images, pipelines and dev containers."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import places

POM = "<project><properties><maven.compiler.release>21</maven.compiler.release></properties></project>\n"
WORKFLOW = """\
on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/setup-java@v5
        with: {java-version: 'VERSION', distribution: temurin}
"""
FILES = {"pom.xml": POM, "Dockerfile": "FROM eclipse-temurin:21-jre\n", ".java-version": "21\n"}


@pytest.mark.parametrize(
    ("check", "file", "right", "wrong"),
    [
        ("AG001", ".java-version", "21\n", "17\n"),
        ("AG001", "Dockerfile", "FROM eclipse-temurin:21-jre\n", "FROM eclipse-temurin:17-jre\n"),
        (
            "AG003",
            ".github/workflows/a.yml",
            WORKFLOW.replace("VERSION", "21"),
            WORKFLOW.replace("VERSION", "17"),
        ),
        (
            "AG005",
            ".devcontainer/devcontainer.json",
            '{"image": "eclipse-temurin:21"}',
            '{"image": "eclipse-temurin:17"}',
        ),
    ],
)
def test_a_version_is_the_same_or_is_found(
    check: str, file: str, right: str, wrong: str, tmp_path: Path
) -> None:
    assert places(tmp_path / "right", {**FILES, file: right}, check) == []
    assert places(tmp_path / "wrong", {**FILES, file: wrong}, check)


@pytest.mark.parametrize(("stage", "number"), [("21-jdk", 0), ("25-jdk", 1)])
def test_an_image_runs_what_it_was_built_with(stage: str, number: int, tmp_path: Path) -> None:
    image = f"FROM eclipse-temurin:{stage} AS build\nFROM eclipse-temurin:21-jre\nCOPY --from=build /a /a\n"
    assert len(places(tmp_path, {**FILES, "Dockerfile": image}, "AG002")) == number


def test_another_runtime_of_another_service_is_no_disagreement(tmp_path: Path) -> None:
    files = {
        "a/Dockerfile": "FROM eclipse-temurin:21-jre\n",
        "a/.java-version": "21\n",
        "b/Dockerfile": "FROM eclipse-temurin:17-jre\n",
        "b/.java-version": "17\n",
    }
    assert places(tmp_path, files, "AG001") == []


@pytest.mark.parametrize(
    ("allowed", "number"), [(">=3.12", 0), (">=3.13,<4", 0), (">=3.14", 1), ("<3.13", 1)]
)
def test_a_range_allows_the_version_or_is_found(allowed: str, number: int, tmp_path: Path) -> None:
    files = {
        "Dockerfile": "FROM python:3.13-slim\n",
        ".python-version": "3.13\n",
        "pyproject.toml": f'[project]\nname = "a"\nrequires-python = "{allowed}"\n',
    }
    assert len(places(tmp_path, files, "AG001")) == number


def test_a_file_of_the_root_is_held_against_all_services(tmp_path: Path) -> None:
    files = {
        "a/Dockerfile": "FROM eclipse-temurin:21-jre\n",
        "a/.java-version": "21\n",
        "b/Dockerfile": "FROM eclipse-temurin:21-jre\n",
        "b/.java-version": "21\n",
    }
    workflow = {".github/workflows/a.yml": WORKFLOW.replace("VERSION", "17")}
    assert places(tmp_path / "wrong", {**files, **workflow}, "AG003")
    right = {".github/workflows/a.yml": WORKFLOW.replace("VERSION", "21")}
    assert places(tmp_path / "right", {**files, **right}, "AG003") == []
