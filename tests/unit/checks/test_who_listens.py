"""AG011 to AG022: what listens, answers and is selected in repositories that others wrote."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import ScriptedToolchain, written

from scaffolder import checks


def found(root: Path, files: dict[str, str], *ids: str) -> list[str]:
    report = checks.run(
        written(root, files), checks.choose(select=ids, ignore=[]), ScriptedToolchain({})
    )
    return [finding.message for result in report.results for finding in result.findings]


# ---- AG011, AG012: the source of a service -------------------------------------------------------

NEST = {
    "package.json": '{"name": "api", "dependencies": {"@nestjs/core": "11"}}\n',
    "src/main.ts": "import { NestFactory } from '@nestjs/core';\napp.listen(3000);\n",
    "src/items.ts": (
        "import { Controller, Get } from '@nestjs/common';\n"
        "@Controller('items')\nexport class A {\n  @Get()\n  a() {}\n"
        "  @Get(':id/parts')\n  b() {}\n}\n"
    ),
    "src/x.ts": "const links = ['/docs', '/other'];\n",
}
ROOT = "import { Controller, Get } from '@nestjs/common';\n@Controller()\nclass R {\n  @Get()\n  r() {}\n}\n"
ASP = {
    "Api.csproj": "<Project/>\n",
    "Controllers/Info.cs": (
        'using Microsoft.AspNetCore.Mvc;\n[Route("api/[controller]")]\nclass Info {\n'
        '  [HttpGet("~/alive")]\n  public void Alive() {}\n  [HttpGet("{host}/icon.png")]\n'
        "  public void Icon() {}\n}\n"
    ),
    "Startup.cs": 'app.MapGet("/docs"); app.MapGet("/other");\n',
}
SPRING = {
    "pom.xml": "<project><artifactId>api</artifactId></project>\n",
    "src/main/java/A.java": (
        "import org.springframework.web.bind.annotation.*;\n@RestController\n"
        '@RequestMapping("orders")\nclass A {\n  @GetMapping\n  void a() {}\n'
        '  @GetMapping(path = "health")\n  void b() {}\n}\n'
        'class B { String a = "/docs"; String b = "/other"; }\n'
    ),
}
ANSWERED = [
    ({**NEST, "src/root.ts": ROOT}, "/"),
    ({**NEST, "src/root.ts": ROOT, "src/app.ts": "app.setGlobalPrefix('api');\n"}, "/api"),
    ({**NEST, "src/app.ts": 'app.setGlobalPrefix("/api/");\n'}, "/api/items"),
    (NEST, "/items"),
    (NEST, "/items/7/parts"),
    (NEST, "/.well-known/openid-configuration"),
    (ASP, "/alive"),
    (ASP, "/google.com/icon.png"),
    (SPRING, "/orders/health"),
    (SPRING, "/orders"),
]
UNANSWERED = [
    (NEST, "/"),
    (NEST, "/api"),
    (NEST, "/healthz"),
    (ASP, "/healthz"),
    (ASP, "/google.com/icon.svg"),
    (SPRING, "/orders/healthz"),
]
IMAGE = "FROM {image}\nEXPOSE 3000\nHEALTHCHECK CMD curl -f http://localhost:3000{path}\n"


@pytest.mark.parametrize(
    ("files", "path", "number"),
    [(*one, 0) for one in ANSWERED] + [(*one, 1) for one in UNANSWERED],
)
def test_routes_of_controllers_are_answered(
    files: dict[str, str], path: str, number: int, tmp_path: Path
) -> None:
    image = IMAGE.format(image="example.com/runtime:1", path=path)
    assert len(found(tmp_path, {**files, "Dockerfile": image}, "AG012")) == number


@pytest.mark.parametrize(
    ("image", "number"),
    [
        ("nginx:1.27-alpine", 0),
        ("docker.io/nginxinc/nginx-unprivileged:1", 0),
        ("caddy:2.8", 0),
        ("node:22", 1),
        ("example.com/nginx-exporter-like:1", 1),
    ],
)
def test_a_web_server_answers_what_its_settings_say(
    image: str, number: int, tmp_path: Path
) -> None:
    text = IMAGE.format(image=image, path="/health")
    assert len(found(tmp_path, {**NEST, "Dockerfile": text}, "AG012")) == number


@pytest.mark.parametrize(
    ("started", "number"),
    [
        ('["/usr/bin/caddy", "run"]', 0),
        ('["nginx", "-g", "daemon off;"]', 0),
        ('["node", "caddy.js"]', 1),
    ],
)
def test_a_web_server_that_is_started_answers_too(
    started: str, number: int, tmp_path: Path
) -> None:
    text = IMAGE.format(image="alpine:3.22", path="/health") + f"ENTRYPOINT {started}\n"
    assert len(found(tmp_path, {**NEST, "Dockerfile": text}, "AG012")) == number


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("playwright.config.ts", 0),
        ("cypress.config.js", 0),
        ("ui/vitest.config.ts", 0),
        ("karma.conf.js", 0),
        ("config.ts", 1),
    ],
)
def test_a_server_for_tests_is_not_the_service(name: str, number: int, tmp_path: Path) -> None:
    files = {
        "package.json": '{"name": "api"}\n',
        name: "const port = 4200;\n",
        "Dockerfile": "FROM node:22\nEXPOSE 8000\n",
    }
    assert len(found(tmp_path, files, "AG011")) == number


SPRING_PORT = {
    "api/pom.xml": "<project><artifactId>api</artifactId></project>\n",
    "api/src/main/resources/application.properties": "server.port=${SERVER_PORT:8090}\n",
    "api/Dockerfile": (
        "FROM eclipse-temurin:21\nEXPOSE 8091\n"
        "HEALTHCHECK CMD curl -f http://localhost:8091/actuator/health\n"
    ),
}
GIVES = "services:\n  api:\n    image: maven:3\n    volumes: ['./api:/app']\n    environment: {}\n"


@pytest.mark.parametrize(
    ("more", "number"),
    [
        ({}, 2),
        ({"compose.yaml": GIVES.format("{SERVER_PORT: '8091'}")}, 0),
        ({"compose.yaml": GIVES.format("{DATABASE_PORT: '8091'}")}, 2),
        ({"compose.yaml": GIVES.format("{SERVER_PORT: '8092'}")}, 2),
        ({"api/.env": "SERVER_PORT=8091\n"}, 0),
        ({"web/.env": "SERVER_PORT=8091\n", "web/Dockerfile": "FROM scratch\n"}, 2),
    ],
)
def test_a_port_that_the_service_is_told_wins_over_the_default_of_its_source(
    more: dict[str, str], number: int, tmp_path: Path
) -> None:
    assert len(found(tmp_path, {**SPRING_PORT, **more}, "AG011", "AG012")) == number


# ---- AG013, AG014: containers --------------------------------------------------------------------

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: api}}
spec:
  selector: {{matchLabels: {{app: api}}}}
  template:
    metadata: {{labels: {{app: api}}}}
    spec:
      containers:
      - name: api
        image: api:1
        ports: [{{containerPort: 3000}}]
{more}---
apiVersion: v1
kind: Service
metadata: {{name: api}}
spec:
  selector: {{app: api}}
  ports: [{{port: 80, targetPort: 8080}}]
"""


@pytest.mark.parametrize(
    ("more", "number"),
    [
        ("", 1),
        ("        args: ['-port=8080']\n", 0),
        ("        command: [serve, --listen, ':8080']\n", 0),
        ("        env: [{name: PORT, value: '8080'}]\n", 0),
        ("        env: [{name: PORT, value: '18080'}]\n", 1),
        ("      - {name: redis, image: redis:7}\n", 0),
        ("      - {name: sidecar, image: x:1, ports: [{containerPort: 9121}]}\n", 1),
    ],
)
def test_a_container_that_is_told_a_port_has_it(more: str, number: int, tmp_path: Path) -> None:
    assert len(found(tmp_path, {"k8s/api.yaml": DEPLOYMENT.format(more=more)}, "AG014")) == number


@pytest.mark.parametrize(
    ("more", "number"),
    [
        ("", 1),
        ("        env: [{name: port, value: '3000'}]\n", 0),
        ("        args: [--port, '3000']\n", 0),
        ("        env: [{name: LIMIT, value: '30000'}]\n", 1),
    ],
)
def test_an_image_may_be_told_another_port(more: str, number: int, tmp_path: Path) -> None:
    files = {
        "package.json": '{"name": "api"}\n',
        "Dockerfile": "FROM node:22\nEXPOSE 8080\n",
        "k8s/api.yaml": DEPLOYMENT.format(more=more),
    }
    assert len(found(tmp_path, files, "AG013")) == number


# ---- AG016: dev containers and Compose -----------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "number"),
    [
        ('{"forwardPorts": [9999]}', 1),
        ('{"forwardPorts": [4222, 5432, 5173]}', 0),
        ('{"forwardPorts": [9999], "dockerComposeFile": "x.yaml"}', 0),
        ('{"forwardPorts": [8090]}', 0),
        ('{"forwardPorts": [5433]}', 0),
    ],
)
def test_a_dev_container_forwards_what_one_may_want(
    settings: str, number: int, tmp_path: Path
) -> None:
    files = {
        "web/package.json": '{"name": "web"}\n',
        "web/Dockerfile": "FROM node:22\nEXPOSE 8000\n",
        "web/.devcontainer/devcontainer.json": settings + "\n",
        "api/package.json": '{"name": "api"}\n',
        "api/Dockerfile": "FROM node:22\nEXPOSE 8090\n",
        "compose.yaml": "services:\n  db: {image: postgres:17, ports: ['5433:5432']}\n",
    }
    assert len(found(tmp_path, files, "AG016")) == number


@pytest.mark.parametrize(
    ("more", "number"),
    [
        ("", 1),
        ("    volumes: ['./alpha.hjson:/config/config.hjson']\n", 0),
        ("    volumes: [{type: bind, source: ./alpha.hjson, target: /x}]\n", 0),
        ("    volumes: ['./other.hjson:/config/config.hjson']\n", 1),
        ("    command: [serve, --port, '8541']\n", 0),
        ("    environment: {LISTEN: ':8541'}\n", 0),
        ("    environment: [SPRING_PROFILES_ACTIVE=docker]\n", 0),
        ("    environment: [LOG=debug]\n", 1),
    ],
)
def test_a_service_of_compose_may_be_told_its_port(more: str, number: int, tmp_path: Path) -> None:
    files = {
        "package.json": '{"name": "api"}\n',
        "Dockerfile": "FROM node:22\nEXPOSE 8536\n",
        "alpha.hjson": "port: 8541\n",
        "other.hjson": "port: 85411\n",
        "src/application-docker.yml": "server:\n  port: 8541\n",
        "compose.yaml": f"services:\n  a:\n    build: .\n    ports: ['8541:8541']\n{more}",
    }
    assert len(found(tmp_path, files, "AG016")) == number


# ---- AG020: health checks of images of others ----------------------------------------------------


@pytest.mark.parametrize(
    ("compose", "number"),
    [
        ("  search:\n    image: getmeili/meilisearch:1\n    {check}", 0),
        ("  search:\n    {check}    image: getmeili/meilisearch:1\n", 0),
        ("  shop:\n    build: .\n    {check}", 1),
        ("  shop:\n    image: example.com/shop:1\n    {check}", 1),
    ],
)
def test_a_health_check_is_of_its_own_service(compose: str, number: int, tmp_path: Path) -> None:
    check = (
        "healthcheck:\n      test: ['CMD', 'curl', '-f', 'http://localhost:7700/healthz']\n"
        "      interval: 5s\n"
    )
    files = {
        "package.json": '{"name": "shop", "dependencies": {"express": "5"}}\n',
        "index.js": "app.get('/orders'); app.get('/health');\n",
        "Dockerfile": "FROM node:22\n",
        "compose.yaml": f"services:\n{compose.format(check=check)}",
    }
    assert len(found(tmp_path, files, "AG020")) == number


@pytest.mark.parametrize(
    ("step", "number"),
    [
        ("docker run --health-cmd 'curl -f http://localhost:5555/healthz' datadog/agent", 0),
        ("curl -f http://localhost:5555/healthz", 1),
    ],
)
def test_a_health_command_is_of_the_image_that_runs(step: str, number: int, tmp_path: Path) -> None:
    files = {
        "package.json": '{"name": "shop", "dependencies": {"express": "5"}}\n',
        "index.js": "app.get('/orders'); app.get('/health');\n",
        ".github/workflows/a.yml": (
            f'on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: "{step}"\n'
        ),
    }
    assert len(found(tmp_path, files, "AG020")) == number


# ---- AG019, AG021, AG022: labels -----------------------------------------------------------------

PODS = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: agent}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent, name: shared}}
    spec: {containers: [{name: a, image: a:1, ports: [{name: http, containerPort: 80}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: agent, labels: {app: agent, name: shared}}
spec:
  selector: {app: agent}
  ports: [{name: http, port: 80}]
"""
MONITOR = """\
apiVersion: monitoring.coreos.com/v1
kind: {kind}
metadata: {{name: agent}}
spec:
  selector: {selector}
  {endpoints}: [{{port: metrics}}]
"""


@pytest.mark.parametrize(
    ("selector", "number"),
    [
        ("{k8s-app: kube-dns}", 0),
        ("{component: kube-scheduler, tier: control-plane}", 0),
        ("{cnpg.io/cluster: agent}", 0),
        ("{strimzi.io/name: agent-kafka, name: shared}", 0),
        ("{app: agents}", 1),
        ("{app.kubernetes.io/name: agent}", 1),
    ],
)
def test_pods_of_the_platform_are_in_no_repository(
    selector: str, number: int, tmp_path: Path
) -> None:
    service = f"apiVersion: v1\nkind: Service\nmetadata: {{name: agent}}\nspec: {{selector: {selector}}}\n"
    pods = PODS.partition("---\n")[0]
    assert len(found(tmp_path, {"k8s/a.yaml": f"{pods}---\n{service}"}, "AG021")) == number


@pytest.mark.parametrize(
    ("kind", "selector", "number"),
    [
        ("ServiceMonitor", "{}", 0),
        ("ServiceMonitor", "{matchExpressions: [{key: strimzi.io/kind, operator: Exists}]}", 0),
        ("PodMonitor", "{matchLabels: {strimzi.io/kind: Kafka}}", 0),
        ("ServiceMonitor", "{matchLabels: {app: agent}}", 1),
        ("PodMonitor", "{matchLabels: {app: agent}}", 1),
    ],
)
def test_a_monitor_of_what_others_make_is_not_judged(
    kind: str, selector: str, number: int, tmp_path: Path
) -> None:
    endpoints = "endpoints" if kind == "ServiceMonitor" else "podMetricsEndpoints"
    monitor = MONITOR.format(kind=kind, selector=selector, endpoints=endpoints)
    assert len(found(tmp_path, {"k8s/a.yaml": f"{PODS}---\n{monitor}"}, "AG019")) == number


CHART = {
    "chart/Chart.yaml": "name: shop\nversion: 1.0.0\n",
    "chart/values.yaml": "enabled: {value}\n",
    "chart/templates/scanner.yaml": PODS.partition("---\n")[0].replace("agent", "scanner"),
    "chart/templates/service.yaml": (
        "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n"
        "spec: {selector: {app: web, name: shared}}\n"
    ),
}


@pytest.mark.parametrize(("value", "number"), [("false", 0), ("true", 1)])
def test_a_workload_behind_a_condition_may_be_selected(
    value: str, number: int, tmp_path: Path
) -> None:
    other = PODS.partition("---\n")[0].replace("agent", "jobs")
    files = {name: text.replace("{value}", value) for name, text in CHART.items()}
    files["chart/templates/jobs.yaml"] = f"{{{{- if .Values.enabled }}}}\n{other}{{{{- end }}}}\n"
    assert len(found(tmp_path, files, "AG021")) == number


def test_a_patch_of_a_workload_has_no_labels_to_select(tmp_path: Path) -> None:
    patch = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 2}\n"
    monitor = MONITOR.format(
        kind="PodMonitor", selector="{matchLabels: {app: web}}", endpoints="podMetricsEndpoints"
    )
    files = {"k8s/a.yaml": f"{patch}---\n{monitor}"}
    assert found(tmp_path, files, "AG022") == []
