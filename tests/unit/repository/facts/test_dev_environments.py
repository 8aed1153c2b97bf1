"""Versions of runtimes in dev containers and Compose files."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.facts.dev_environments import read
from scaffolder.repository.facts.statements import Declaration, Unread

SETTINGS = ".devcontainer/devcontainer.json"


def stated(root: Path, file: str, text: str) -> list[tuple[str, str, str]]:
    return [
        (one.fact, one.value, one.role)
        for one in read(written(root, {file: text}))
        if isinstance(one, Declaration)
    ]


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        (SETTINGS, '{"image": "python:3.13"}', ("runtime python", "3.13", "dev container")),
        (
            SETTINGS,
            '{"features": {"ghcr.io/devcontainers/features/java:1": {"version": "21"}}}',
            ("runtime java", "21", "dev container"),
        ),
        (".devcontainer/Dockerfile", "FROM node:24\n", ("runtime node", "24", "dev container")),
        (
            "docker-compose.yml",
            "services:\n  web:\n    image: golang:1.26\n",
            ("runtime go", "1.26", "compose"),
        ),
        (
            "docker-compose.yml",
            "services:\n  web:\n    image: node:24\n    command: npm start\n    volumes: [./app:/app]\n",
            ("runtime node", "24", "compose"),
        ),
    ],
)
def test_versions_are_stated(
    file: str, text: str, expected: tuple[str, str, str], tmp_path: Path
) -> None:
    assert stated(tmp_path, file, text) == [expected]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        (
            SETTINGS,
            '{"features": {"ghcr.io/devcontainers/features/java:1": {"version": "latest"}}}',
        ),
        (SETTINGS, '{"features": {"ghcr.io/devcontainers/features/git:1": {"version": "2.4"}}}'),
        (SETTINGS, '["python:3.13"]'),
        ("docker-compose.yml", "services:\n  db:\n    image: postgres:16\n"),
        ("docker-compose.yml", "services:\n  x:\n    image: node:24\n    command: npx tool\n"),
        ("docker-compose.yml", "services: [node]\n"),
    ],
    ids=["latest", "no runtime", "a list", "a database", "a program of others", "no table"],
)
def test_other_entries_state_nothing(file: str, text: str, tmp_path: Path) -> None:
    assert stated(tmp_path, file, text) == []


@pytest.mark.parametrize(
    ("file", "text"),
    [(SETTINGS, "{"), (".devcontainer/Dockerfile", "RUN x\n"), ("compose.yml", "a: [1\n")],
)
def test_a_file_that_does_not_parse_is_unread(file: str, text: str, tmp_path: Path) -> None:
    (found,) = read(written(tmp_path, {file: text}))
    assert isinstance(found, Unread)
    assert found.path == Path(file)
