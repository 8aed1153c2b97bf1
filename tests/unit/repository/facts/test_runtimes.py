"""Versions of runtimes in images, builds and version files."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.facts.runtimes import builds, read, stated, version_files
from scaffolder.repository.facts.statements import Declaration, Unread


def known(root: Path, files: dict[str, str]) -> set[tuple[str, str, str, int]]:
    return {
        (one.fact, one.value, one.role, one.place.line)
        for one in read(written(root, files))
        if isinstance(one, Declaration)
    }


@pytest.mark.parametrize(
    ("file", "text", "fact", "value", "line"),
    [
        (".java-version", "# ours\n21\n", "runtime java", "21", 2),
        (".nvmrc", "v24.1.0\n", "runtime node", "24", 1),
        (".tool-versions", "nodejs 24.1.0\n", "runtime node", "24", 1),
        (".sdkmanrc", "java=21.0.4-tem\n", "runtime java", "21", 1),
        ("mise.toml", '[tools]\ngo = "1.26"\n', "runtime go", "1.26", 2),
    ],
)
def test_a_version_file_states_a_version(
    file: str, text: str, fact: str, value: str, line: int, tmp_path: Path
) -> None:
    assert [
        (one.fact, one.value, one.place.line)
        for one in version_files(written(tmp_path, {file: text}))
        if isinstance(one, Declaration)
    ] == [(fact, value, line)]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        (".nvmrc", "lts/*\n"),
        (".tool-versions", "terraform 1.11.0\n"),
        ("mise.toml", '[tools]\njava = "latest"\n'),
        ("notes/.java", "21\n"),
    ],
)
def test_other_words_are_no_version(file: str, text: str, tmp_path: Path) -> None:
    assert known(tmp_path, {file: text}) == set()


def test_a_build_states_what_it_compiles_for(tmp_path: Path) -> None:
    project = written(tmp_path, {"app/go.mod": "module x\n\ngo 1.26\n", "package.json": "{"})
    found = list(builds(project))
    assert [(one.fact, one.subject) for one in found if isinstance(one, Declaration)] == [
        ("runtime go", Path("app"))
    ]
    assert [one.path for one in found if isinstance(one, Unread)] == [Path("package.json")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FROM eclipse-temurin:21-jre\n", {("runtime java", "21", "image", 1)}),
        (
            "FROM golang:1.26 AS build\nFROM scratch\nCOPY --from=build /a /a\n",
            {("runtime go", "1.26", "image", 1)},
        ),
        (
            "ARG VERSION=21\nFROM eclipse-temurin:${VERSION}-jre\n",
            {("runtime java", "21", "image", 1)},
        ),
        (
            "FROM eclipse-temurin:21-jdk AS build\nFROM eclipse-temurin:17-jre\n",
            {("runtime java", "21", "image build", 1), ("runtime java", "17", "image", 2)},
        ),
        ("FROM postgres:16\n", set()),
        ("FROM golang:1.26\nRUN git clone https://git.example.com/x.git && cd x && make\n", set()),
    ],
)
def test_an_image_brings_a_runtime(
    text: str, expected: set[tuple[str, str, str, int]], tmp_path: Path
) -> None:
    assert known(tmp_path, {"Dockerfile": text}) == expected


def test_what_is_no_version_is_not_stated(tmp_path: Path) -> None:
    project = written(tmp_path, {})
    assert list(stated(project, "java", "", Path("README.md"), 1, "image")) == []
    (one,) = stated(project, "java", "1.8", Path("README.md"), 1, "image", subject=Path("a"))
    assert (one.value, one.subject) == ("8", Path("a"))
