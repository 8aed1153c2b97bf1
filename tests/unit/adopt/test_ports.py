"""The port of a service: those of a database, a cache or a tool beside it do not count."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.adopt import ports

POM = "<project><artifactId>till</artifactId></project>\n"


def workload(name: str, image: str, *listed: str) -> str:
    """Return a Deployment whose container lists these ports."""
    lines = "".join(f"            - {{{port}}}\n" for port in listed)
    return f"""\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}}}
spec:
  template:
    spec:
      containers:
        - name: {name}
          image: "{image}"
          ports:
{lines}"""


def compose(**services: str) -> str:
    """Return a Compose file: by service, how it is built and which port it publishes."""
    text = "services:\n"
    for name, about in services.items():
        build, port = about.split()
        text += f"  {name}:\n    build: {{context: ., dockerfile: {build}}}\n    ports: [{port}]\n"
    return text


WEB = workload("web", "example.org/till:1", "containerPort: 8085")
CHART = {"charts/till/Chart.yaml": "apiVersion: v2\nname: till\nversion: 1.0.0\n"}


@pytest.mark.parametrize(
    ("files", "port"),
    [
        # Manifests: the container whose image is of this project.
        (
            {
                "k8s/db.yml": workload("db", "postgres:18", "containerPort: 5432"),
                "k8s/web.yml": WEB,
            },
            "8085",
        ),
        (
            {
                "k8s/a.yml": workload("a", "quay.io/x/mailpit:1", "containerPort: 1025"),
                "b.yml": WEB,
            },
            "8085",
        ),
        ({"a.yml": workload("cache", "acme/redis:8", "containerPort: 6379"), "b.yml": WEB}, "8085"),
        (
            {"a.yml": workload("c", "x/config-server:1", "containerPort: 8888"), "b.yml": WEB},
            "8085",
        ),
        # Of several ports of a container, the one that is called so, not that of its metrics.
        (
            {
                "a.yml": workload(
                    "till",
                    "till:1",
                    "name: http-metrics, containerPort: 9797",
                    "name: http, containerPort: 9898",
                    "name: grpc, containerPort: 9999",
                )
            },
            "9898",
        ),
        (
            {
                "a.yml": workload(
                    "t", "t:1", "name: a, containerPort: 81", "name: prom, containerPort: 82"
                )
            },
            "81",
        ),
        # The chart, rendered.
        (
            {
                **CHART,
                "charts/till/values.yaml": "service: {httpPort: 9898}\nredis: {port: 6379}\n",
                "charts/till/templates/redis/deployment.yaml": workload(
                    "redis", "redis:8", "containerPort: {{ .Values.redis.port }}"
                ),
                "charts/till/templates/deployment.yaml": workload(
                    "till", "till:1", "containerPort: {{ .Values.service.httpPort }}"
                ),
            },
            "9898",
        ),
        # Compose: what is built from the service's Dockerfile.
        (
            {
                "Dockerfile": "FROM node:24\n",
                "maildev.Dockerfile": "FROM node:24\nEXPOSE 1080\n",
                "compose.a.yaml": compose(maildev="maildev.Dockerfile 1080:1080"),
                "compose.yaml": compose(api="Dockerfile 3001:3001"),
            },
            "3001",
        ),
        # Images of tools, and ports of debuggers.
        (
            {"docker/grafana/Dockerfile": "FROM grafana/grafana:12\nEXPOSE 3000\n", "w.yml": WEB},
            "8085",
        ),
        ({"Dockerfile": "FROM node:24\nEXPOSE 9229 3002\n"}, "3002"),
        ({"Dockerfile": "FROM x\nENV PORT=3003\nEXPOSE 9090 3003\n"}, "3003"),
        # Sources: the file that starts the service.
        ({"server.js": "app.listen(3004)\n", "lib/fake.js": "x.listen(9999)\n"}, "3004"),
    ],
)
def test_the_port_of_the_service(tmp_path: Path, files: dict[str, str], port: str) -> None:
    found = ports.port(written(tmp_path, {"pom.xml": POM, **files}))
    assert (found.value, len(found.places)) == (port, 1)


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"db.yml": workload("db", "mysql:9", "containerPort: 3306")}, "default"),
        ({"a.yml": workload("a", "a:1", "containerPort: 81"), "b.yml": WEB}, "a.yml:11 has 81"),
        ({"Dockerfile": "FROM x\nEXPOSE 7001 7002\n"}, "Dockerfile:2 has 7001"),
        ({"a/one.js": "x.listen(3001)\n", "b/two.js": "x.listen(3002)\n"}, "a/one.js:1 has 3001"),
        ({"compose.yaml": compose(mailhog="Dockerfile 8025:8025")}, "default"),
        ({"k8s/tests/web.yml": WEB}, "default"),
    ],
)
def test_no_port_is_made_up(tmp_path: Path, files: dict[str, str], says: str) -> None:
    found = ports.port(written(tmp_path, {"pom.xml": POM, **files}))
    assert (found.value, found.places) == ("8080", ())
    assert says in found.note


@pytest.mark.parametrize(
    ("files", "port"),
    [
        ({"Makefile": "run:\n\t. env.sh && flask run -p 6012\n"}, "6012"),
        ({"scripts/run.sh": "flask --app a run --host 0.0.0.0 --port 6013\n"}, "6013"),
        ({"scripts/run.sh": "docker run -e PORT=6012 -p 127.0.0.1:6012:6012 till\n"}, "6012"),
        ({"config.docker.yaml": 'web:\n  http: {{ getenv "X" "0.0.0.0:5556" }}\n'}, "5556"),
        ({"config/app.toml": '[server]\nlisten = ":9001"\n[metrics]\nlisten = ":9002"\n'}, "9001"),
        ({"config.yml": "web:\n  http: 0.0.0.0:5556\ntelemetry:\n  http: 0.0.0.0:5558\n"}, "5556"),
        # False friends: an address of another, settings of a test, a port that a variable gives.
        ({"config.yaml": "issuer: http://127.0.0.1:5556/dex\n"}, "8080"),
        ({"config.yaml": "storage:\n  host: 127.0.0.1:5432\n"}, "8080"),
        ({"tests/config.yaml": "web:\n  http: 0.0.0.0:5556\n"}, "8080"),
        ({"scripts/run.sh": "flask run --port $PORT\n"}, "8080"),
    ],
)  # fmt: skip
def test_a_command_or_settings_say_where_a_service_listens(
    files: dict[str, str], port: str, tmp_path: Path
) -> None:
    assert ports.port(written(tmp_path, {"requirements.txt": "flask\n", **files})).value == port
