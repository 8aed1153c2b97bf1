"""Services of Compose files: their builds, their names, and the ports that they are given."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support import written

from scaffolder.repository.facts.compose import ComposeService, composed, environment


def services(root: Path, text: str, **files: str) -> dict[str, ComposeService]:
    project = written(root, {"Dockerfile": "FROM scratch\n", "compose.yml": text, **files})
    return {one.name: one for one in composed(project)}


def test_a_service_is_built_here_or_is_one_of_others(tmp_path: Path) -> None:
    found = services(tmp_path, "services:\n  web:\n    build: .\n  db:\n    image: postgres:16\n")
    assert found["web"].built == Path()
    assert found["db"].built is None


def test_a_service_is_reached_by_several_names(tmp_path: Path) -> None:
    text = """\
services:
  db:
    image: postgres:16
    container_name: shop-db
    hostname: database
    networks: {default: {aliases: [pg]}}
"""
    assert {"db", "shop-db", "database", "pg"} <= services(tmp_path, text)["db"].names


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("environment: {PORT: 9090}", "9090"),
        ("environment: ['PORT=${PORT:-9090}']", "9090"),
        ("command: serve --port 9090", "9090"),
    ],
)
def test_a_service_is_told_a_port(more: str, told: str, tmp_path: Path) -> None:
    found = services(tmp_path, f"services:\n  web:\n    build: .\n    {more}\n")["web"]
    assert told in found.told
    assert not found.is_open


def test_a_file_of_variables_may_be_absent(tmp_path: Path) -> None:
    found = services(tmp_path, "services:\n  web:\n    build: .\n    env_file: .env\n")
    assert found["web"].is_open


def test_compose_files_of_tests_are_left_out(tmp_path: Path) -> None:
    text = "services:\n  web:\n    image: x\n"
    assert composed(written(tmp_path, {"tests/compose.yml": text})) == ()


@pytest.mark.parametrize("text", ["services: [web]\n", "services:\n  web: x\n", "a: [1\n"])
def test_a_file_of_another_form_has_no_services(text: str, tmp_path: Path) -> None:
    assert services(tmp_path, text) == {}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"environment": {"A": 1}}, [("A", "1")]),
        ({"environment": ["A=1", "B"]}, [("A", "1"), ("B", "")]),
        ({"environment": {"A": "${PORT:-8080}"}}, [("A", "8080")]),
        ({"environment": "A=1"}, []),
        ({}, []),
    ],
)
def test_variables_are_a_table_or_a_list(
    content: dict[Any, Any], expected: list[tuple[str, str]]
) -> None:
    assert [(name, value) for name, value, _ in environment(content)] == expected
