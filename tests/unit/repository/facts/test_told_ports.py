"""Ports that Compose, variables, workloads and profiles tell a service to listen on."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.facts import told_ports

TWO = {
    "api/Dockerfile": "FROM scratch\nEXPOSE 8080\n",
    "web/Dockerfile": "FROM scratch\nEXPOSE 3000\n",
}
COMPOSE = "services:\n  api:\n    {source}\n    environment: {variables}\n"
WORKLOAD = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  selector: {matchLabels: {app: api}}
  template:
    metadata: {labels: {app: api}}
    spec:
      containers:
      - {name: api, image: "api:1", env: [{name: PORT, value: "8091"}]}
"""


def told(root: Path, files: dict[str, str]) -> set[str]:
    return set(told_ports.of(written(root, {**TWO, **files}), Path("api")))


@pytest.mark.parametrize(
    "files",
    [
        {"compose.yaml": COMPOSE.format(source="build: api", variables="{SERVER_PORT: '8091'}")},
        {"compose.yaml": COMPOSE.format(source="build: ./api", variables="[PORT=8091]")},
        {"compose.yaml": COMPOSE.format(source="build: api", variables="{PORT: '${P:-8091}'}")},
        {"compose.yaml": COMPOSE.format(source="image: maven:3", variables="{PORT: 8091}")},
        {
            "compose.yaml": "services:\n  x: {image: go, volumes: ['./api:/w'], environment: [PORT=8091]}"
        },
        {"api/.env": "HOST=x\nPORT=8091\n"},
        {"api/.env.example": 'export APP_PORT="8091"\n'},
        {".env": "PORT=8091\n"},
        {"k8s/api.yaml": WORKLOAD},
    ],
)
def test_a_service_is_told_its_port(files: dict[str, str], tmp_path: Path) -> None:
    assert "8091" in told(tmp_path, files)


@pytest.mark.parametrize(
    "files",
    [
        {"compose.yaml": COMPOSE.format(source="build: web", variables="{PORT: 8091}")},
        {"compose.yaml": COMPOSE.format(source="build: api", variables="{DATABASE_PORT: 8091}")},
        {"compose.yaml": COMPOSE.format(source="build: api", variables="{PORT: '${PORT}'}")},
        {"web/.env": "PORT=8091\n"},
        {"api/.env": "REDIS_PORT=8091\n# PORT=8091\n"},
        {"k8s/api.yaml": WORKLOAD.replace("api", "web")},
    ],
)
def test_ports_of_others_are_not_told(files: dict[str, str], tmp_path: Path) -> None:
    assert told(tmp_path, files) == set()


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("api/src/main/resources/application-prod.properties", "server.port=8091\n", {"8091"}),
        ("api/application-prod.yml", "server:\n  port: ${PORT:8091}\n", {"8091"}),
        ("api/appsettings.Production.json", '{"Server": {"Port": 8091}}\n', {"8091"}),
        ("api/tests/application-prod.yml", "server:\n  port: 8091\n", set()),
        ("web/application-prod.yml", "server:\n  port: 8091\n", set()),
        ("api/application-prod.yml", "transport: 8091\n", set()),
    ],
)
def test_a_profile_has_a_port(file: str, text: str, expected: set[str], tmp_path: Path) -> None:
    project = written(tmp_path, {**TWO, file: text})
    assert set(told_ports.of_profiles(project, Path("api"))) == expected
