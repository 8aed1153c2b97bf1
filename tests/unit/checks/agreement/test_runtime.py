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


ENGINES = '{"name": "web", "engines": {"node": "%s"}}\n'
CONTAINER = "services:\n  web:\n    image: node:%s\n    %s\n    command: npm run dev\n"
MOUNT = 'volumes: ["./web:/app"]'


@pytest.mark.parametrize(
    ("engines", "image", "more", "number"),
    [
        (">=24", "22", MOUNT, 1),
        ("^24.1.0", "22.11-alpine", 'volumes: ["./web/:/app:cached"]', 1),
        ("24.x", "22", "volumes: [{type: bind, source: ./web, target: /app}]", 1),
        (">=20", "22", MOUNT, 0),
        ("24.x", "24-alpine", MOUNT, 0),
        ("24.x", "22", "ports: [80]", 0),
        ("24.x", "22", 'volumes: ["data:/app"]', 0),
        ("24.x", "22", 'volumes: ["./other:/app"]', 0),
    ],
)
def test_a_container_of_compose_runs_what_the_package_allows(
    engines: str, image: str, more: str, number: int, tmp_path: Path
) -> None:
    files = {
        "web/package.json": ENGINES % engines,
        "api/package.json": ENGINES % "22",
        "other/notes.txt": "",
        "compose.yaml": CONTAINER % (image, more),
    }
    assert len(places(tmp_path, files, "AG001")) == number


def test_a_mounted_service_is_held_against_its_own_image(tmp_path: Path) -> None:
    files = {
        "web/package.json": ENGINES % ">=20",
        "web/Dockerfile": "FROM node:24-slim\n",
        "api/Dockerfile": "FROM node:22-slim\n",
        "api/package.json": ENGINES % ">=20",
        "compose.yaml": CONTAINER % ("22", MOUNT),
    }
    assert places(tmp_path, files, "AG001") == ["compose.yaml:3"]


@pytest.mark.parametrize(
    ("image", "number"),
    [("", 0), ("FROM eclipse-temurin:25-jre\n", 1), ("FROM eclipse-temurin:21-jre\n", 1)],
)
def test_a_newer_jdk_compiles_for_an_older_java(image: str, number: int, tmp_path: Path) -> None:
    files = {"pom.xml": POM, ".github/workflows/a.yml": WORKFLOW.replace("VERSION", "25")}
    files |= {"Dockerfile": image} if image else {}
    assert len(places(tmp_path, files, "AG003")) == number
    older = {**files, ".github/workflows/a.yml": WORKFLOW.replace("VERSION", "17")}
    assert len(places(tmp_path / "older", older, "AG003")) == 1
