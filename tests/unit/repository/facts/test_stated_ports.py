"""Ports at which pages claim that a service answers."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.facts.stated_ports import is_explained, is_of_others, stated

IMAGE = {"Dockerfile": "FROM scratch\n", "build.sh": "docker build -t shop .\n"}


def page(line: str) -> dict[str, str]:
    return {**IMAGE, "README.md": f"# Shop\n\n```sh\n{line}\n```\n"}


@pytest.mark.parametrize(
    ("line", "kind", "port", "name"),
    [
        ("curl http://localhost:8085/orders", "url", "8085", ""),
        ("docker run -p 80:8085 shop", "run", "8085", ""),
        ("docker run --publish=127.0.0.1:80:8085 shop", "run", "8085", ""),
        ("kubectl port-forward svc/shop 8085:80", "forward", "80", "shop"),
    ],
)
def test_a_page_names_a_port(line: str, kind: str, port: str, name: str, tmp_path: Path) -> None:
    found = {(one.kind, one.port, one.name) for one in stated(written(tmp_path, page(line)))}
    assert (kind, port, name) in found


@pytest.mark.parametrize(
    "line",
    [
        "curl https://example.com:8085/orders",
        "docker run postgres",
        "psql postgres://localhost:5432/x",
    ],
)
def test_other_addresses_are_left_out(line: str, tmp_path: Path) -> None:
    assert stated(written(tmp_path, page(line))) == ()


@pytest.mark.parametrize(
    ("port", "of_others"), [("5432", True), ("9229", True), ("8080", False), ("54321", False)]
)
def test_some_ports_are_those_of_known_programs(port: str, *, of_others: bool) -> None:
    assert is_of_others(port) is of_others


@pytest.mark.parametrize(
    ("file", "text", "explained"),
    [
        ("config.yaml", "listen: 8085\n", True),
        ("config.yaml", "listen: 80855\n", False),
        ("docs/run.md", "```sh\ndocker run -p 8085:80 shop\n```\n", True),
        ("config.yaml", "listen: 9000\n", False),
    ],
)
def test_another_file_may_explain_a_port(
    file: str, text: str, *, explained: bool, tmp_path: Path
) -> None:
    project = written(tmp_path, {**IMAGE, file: text})
    assert is_explained(project, "8085", with_settings=False) is explained
