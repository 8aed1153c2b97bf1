"""Ports of images, Compose files and dev containers."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.facts.ports import published, read
from scaffolder.repository.facts.statements import Declaration

IMAGE = {"Dockerfile": "FROM scratch\nEXPOSE 8080\n"}


def stated(root: Path, files: dict[str, str]) -> set[tuple[str, str, str, int]]:
    return {
        (one.fact, one.value, one.role, one.place.line)
        for one in read(written(root, files))
        if isinstance(one, Declaration)
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FROM scratch\nEXPOSE 8080\n", ("port", "8080", "expose", 2)),
        ("FROM scratch\nEXPOSE 8080/tcp\n", ("port", "8080", "expose", 2)),
        ("FROM scratch\nENV PORT=8080\n", ("port", "8080", "image env", 2)),
        ('FROM scratch\nCMD ["serve", "--port=8080"]\n', ("port", "8080", "command", 2)),
        (
            "FROM scratch\nHEALTHCHECK CMD curl http://localhost:8080/healthz\n",
            ("port", "8080", "healthcheck", 2),
        ),
    ],
)
def test_a_dockerfile_states_a_port(
    text: str, expected: tuple[str, str, str, int], tmp_path: Path
) -> None:
    assert expected in stated(tmp_path, {"Dockerfile": text})


@pytest.mark.parametrize(
    "text",
    [
        "FROM scratch\nENV TIMEOUT=8080\n",
        "FROM scratch\n# EXPOSE 8080\n",
        "FROM scratch\nRUN curl https://example.com:8080/x\n",
    ],
    ids=["another variable", "a comment", "an address"],
)
def test_other_numbers_are_no_port(text: str, tmp_path: Path) -> None:
    assert stated(tmp_path, {"Dockerfile": text}) == set()


def test_a_compose_file_states_the_port_inside(tmp_path: Path) -> None:
    compose = "services:\n  web:\n    build: .\n    ports: ['80:8080']\n"
    assert ("port", "8080", "compose", 4) in stated(tmp_path, {**IMAGE, "compose.yml": compose})


@pytest.mark.parametrize(
    ("settings", "is_stated"),
    [
        ('{"forwardPorts": [8080]}', True),
        ('{"forwardPorts": [8080, 5432]}', False),
        ('{"forwardPorts": ["db:5432"]}', False),
        ('{"forwardPorts": [8080], "dockerComposeFile": "x"}', False),
    ],
)
def test_a_dev_container_states_its_only_port(
    settings: str, *, is_stated: bool, tmp_path: Path
) -> None:
    found = stated(tmp_path, {**IMAGE, ".devcontainer/devcontainer.json": settings})
    assert (("port", "8080", "dev container", 1) in found) is is_stated


@pytest.mark.parametrize(
    ("ports", "inside"),
    [
        ("['80:8080']", ["8080"]),
        ("['127.0.0.1:80:8080/tcp']", ["8080"]),
        ("[8080]", ["8080"]),
        ("[{target: 8080, published: 80}]", ["8080"]),
        ("['80:${PORT:-8080}']", ["8080"]),
        ("[]", []),
    ],
)
def test_published_ports_are_those_inside(ports: str, inside: list[str], tmp_path: Path) -> None:
    text = f"services:\n  web:\n    build: .\n    ports: {ports}\n  db:\n    image: x\n    ports: ['1:2']\n"
    project = written(tmp_path, {**IMAGE, "compose.yml": text})
    assert [one.port for one in published(project, Path("compose.yml"))] == inside
