"""Decisions of settings, frameworks, operators and other programs that no file of a service states."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from support import TODAY, ScriptedToolchain, written

from scaffolder import checks
from scaffolder.model import Report


def ran(root: Path, files: Mapping[str, str], *ids: str) -> Report:
    chosen = [check for check in checks.every(today=TODAY) if check.id in ids]
    return checks.run(written(root, files), chosen, ScriptedToolchain({}))


def number(root: Path, files: Mapping[str, str], *ids: str) -> int:
    return sum(len(one.findings) for one in ran(root, files, *ids).results)


# ---- AG020: Actuator -----------------------------------------------------------------------------

JAVA = {
    "Dockerfile": "FROM eclipse-temurin:21\nEXPOSE 8080\n",
    "src/main/java/A.java": '@GetMapping("/orders")\nclass A { String a = "/customers"; }\n',
    "pom.xml": "<project><artifactId>a</artifactId></project>\n",
}


@pytest.mark.parametrize(
    ("name", "settings", "path", "wrong"),
    [
        ("application.yml", "management:\n  endpoints:\n    web:\n      base-path: /\n", "/health/ping", 0),
        ("application.yml", "management:\n  endpoints:\n    web:\n      base-path: /ops\n", "/status", 1),
        ("application.properties", "management.endpoints.web.base-path=\n", "/health/liveness", 0),
        ("application.properties", "management.endpoint.health.probes.enabled=true\n", "/actuator/health/liveness", 0),
        ("application.yml", "management: {}\n", "/actuator/health", 0),
        ("application.yml", "management:\n  endpoints:\n    web:\n      base-path: ${M:/}\n", "/health", 0),
        ("application.properties", "management.endpoints.web.path-mapping.health=status\n", "/actuator/status", 0),
        # False friends: settings of something else, another base path, a path beside.
        ("application.yml", "spring:\n  management: {}\n", "/actuator/health", 1),
        ("application.yml", "management:\n  endpoints:\n    web:\n      base-path: /ops\n", "/health", 1),
        ("application.yml", "management: {}\n", "/status", 1),
    ],
)  # fmt: skip
def test_actuator_answers_where_settings_say(
    name: str, settings: str, path: str, wrong: int, tmp_path: Path
) -> None:
    files = {
        **JAVA,
        f"src/main/resources/{name}": settings,
        "up.sh": f"curl http://localhost:8080{path}\n",
    }
    assert number(tmp_path, files, "AG020") == wrong


def test_a_catalog_of_gradle_names_libraries_of_all_modules(tmp_path: Path) -> None:
    catalog = '[libraries]\na = "org.springframework.boot:spring-boot-starter-actuator:3.5.0"\n'
    files = {**JAVA, "up.sh": "curl http://localhost:8080/actuator/health/readiness\n"}
    assert number(tmp_path, files, "AG020") == 1
    assert number(tmp_path, {**files, "gradle/libs.versions.toml": catalog}, "AG020") == 0


LIBRARY = "<project><artifactId>common</artifactId></project>\n"
MODULES = {
    "api/Dockerfile": JAVA["Dockerfile"],
    "api/src/main/java/A.java": JAVA["src/main/java/A.java"],
    "api/up.sh": "curl http://localhost:8080/health\n",
    "common/pom.xml": LIBRARY,
}
NEEDS = "<project><artifactId>api</artifactId><dependency><artifactId>{}</artifactId></dependency></project>\n"
BASE = "management:\n  endpoints:\n    web:\n      base-path: /\n"


@pytest.mark.parametrize(
    ("needs", "file", "text", "wrong"),
    [
        ("common", "common/src/main/resources/application.yml", BASE, 0),
        ("common", "common/src/main/java/H.java", '@GetMapping("/health")\nclass H {}\n', 0),
        ("other", "common/src/main/resources/application.yml", BASE, 1),
        ("common", "common/src/test/java/H.java", '@GetMapping("/health")\nclass H {}\n', 1),
        ("common", "common/src/main/java/H.java", '@GetMapping("/healthy")\nclass H {}\n', 1),
        ("common", "common/application.yml", "management: {}\n", 1),
    ],
)
def test_a_service_answers_what_its_libraries_answer(
    needs: str, file: str, text: str, wrong: int, tmp_path: Path
) -> None:
    files = {**MODULES, "api/pom.xml": NEEDS.format(needs), file: text}
    assert number(tmp_path, files, "AG020") == wrong


# ---- AG012: base paths ---------------------------------------------------------------------------

NODE = {"server.js": 'app.get("/health");\napp.get("/orders");\napp.listen(3000);\n'}
EXPRESS = '{"dependencies": {"express": "5"}}\n'


def image(path: str, before: str = "") -> str:
    return (
        f"FROM node:24\n{before}EXPOSE 3000\nHEALTHCHECK CMD curl -f http://localhost:3000{path}\n"
    )


@pytest.mark.parametrize(
    ("dockerfile", "package", "wrong"),
    [
        (image("/shop/health", "ENV BASE_PATH=/shop\n"), EXPRESS, 0),
        (image("/shop/", 'ARG VITE_SHOP_BASE_PATH="/shop"\n'), EXPRESS, 0),
        (image("/shop/live", "ENV ROOT_PATH /shop\n"), EXPRESS, 1),
        (image("/shop/live", "ENV CONTEXT_PATH=/shop\n"), EXPRESS, 1),
        (image("/live", "ENV BASE_PATH=/shop\n"), EXPRESS, 1),
        (image("/shops/live", "ENV BASE_PATH=/shop\n"), EXPRESS, 1),
        (image("/spaces/"), '{"dependencies": {"react-router": "7"}}\n', 0),
        (image("/docs/intro"), '{"dependencies": {"next": "16"}}\n', 0),
        (image("/about"), '{"devDependencies": {"vite": "7"}}\n', 0),
        (image("/about"), '{"dependencies": {"express": "5", "vite": "7"}}\n', 1),
    ],
)
def test_a_base_path_and_routes_of_files_are_answered(
    dockerfile: str, package: str, wrong: int, tmp_path: Path
) -> None:
    files = {**NODE, "Dockerfile": dockerfile, "package.json": package}
    assert number(tmp_path, files, "AG012") == wrong


@pytest.mark.parametrize(
    ("source", "path", "wrong"),
    [
        ('app = FastAPI(root_path="/shop")\n@app.get("/health")\n@app.get("/a")\n', "/shop/health", 0),
        ('app.include_router(r, prefix="/api")\n@r.get("/health")\n', "/api/health", 0),
        ('app = FastAPI()\n@app.get("/health")\n@app.get("/a")\n', "/live", 1),
    ],
)  # fmt: skip
def test_routers_are_mounted_below_a_path(
    source: str, path: str, wrong: int, tmp_path: Path
) -> None:
    files = {"main.py": source, "Dockerfile": image(path).replace("node:24", "python:3.14")}
    assert number(tmp_path, files, "AG012") == wrong


# ---- AG018, AG020: routes without a slash, programs beside the service ---------------------------

PROBED = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web}}
spec:
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec:
      containers:
        - {{name: web, image: web, livenessProbe: {{httpGet: {{path: {}, port: 80}}}}{}}}
"""


@pytest.mark.parametrize(
    ("name", "source", "probe", "more", "wrong"),
    [
        ("web/main.go", 'r.GET("ready", h)\nr.GET("/orders", h)\n', "/ready", "", 0),
        ("web/main.go", 'r.Get("v1/live", h)\nr.Get("/orders", h)\nr.Get("/a", h)\n', "/v1/live", "", 0),
        ("web/config/routes.rb", "resources :status, only: [:index]\nget '/a'\nget '/b'\n", "/status", "", 0),
        ("web/config/routes.rb", "get 'ping', to: 'a#b'\nget '/a'\nget '/b'\n", "/ping", "", 0),
        ("web/main.go", 'r.GET("/a", h)\nr.GET("/orders", h)\n', "/metrics", ", command: [exporter]", 0),
        ("web/main.go", 'os.Get("ready")\nr.GET("/a", h)\nr.GET("/b", h)\n', "/live", "", 1),
        ("web/lib/other.rb", "get 'ping'\nget '/a'\nget '/b'\n", "/ping", "", 1),
        ("web/main.go", 'r.GET("/a", h)\nr.GET("/orders", h)\n', "/metrics", "", 1),
    ],
)  # fmt: skip
def test_a_route_may_be_written_without_a_slash(
    name: str, source: str, probe: str, more: str, wrong: int, tmp_path: Path
) -> None:
    files = {
        "web/Dockerfile": "FROM alpine\nEXPOSE 80\n",
        name: source,
        "compose.yaml": "services: {web: {build: web, image: web}}\n",
        "k8s/web.yaml": PROBED.format(probe, more),
    }
    assert number(tmp_path, files, "AG018") == wrong


@pytest.mark.parametrize(
    ("build", "wrong"),
    [
        ("{context: ., dockerfile: Dockerfile.log-server}", 0),
        ("{context: ., dockerfile: images/signer.Dockerfile}", 0),
        ("{context: ., dockerfile: Dockerfile}", 1),
        (".", 1),
    ],
)
def test_an_image_with_a_second_name_may_be_another_program(
    build: str, wrong: int, tmp_path: Path
) -> None:
    compose = f"services:\n  log:\n    build: {build}\n    healthcheck:\n      test: curl http://localhost:8091/healthz\n"
    files = {**NODE, "Dockerfile": "FROM node:24\nCOPY . .\n", "compose.yaml": compose}
    assert number(tmp_path, files, "AG020") == wrong


# ---- AG013, AG014: other programs of one image ---------------------------------------------------

POD = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web}}
spec:
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec:
      containers:
        - name: web
          image: web
          {}
"""
WEB = {
    "web/Dockerfile": "FROM node:24\nEXPOSE 3000\n",
    "compose.yaml": "services: {web: {build: web, image: web}}\n",
}


@pytest.mark.parametrize(
    ("container", "wrong"),
    [
        ("ports: [{containerPort: 9394}]", 1),
        ("ports: [{containerPort: 3000}]", 0),
        ("ports: [{containerPort: null}]", 0),
        ("ports: [{containerPort: 9394}]\n          command: [bundle, exec, exporter]", 0),
        ("ports: [{containerPort: 7433}]\n          args: [worker]", 0),
        ("ports: [{containerPort: 7433}]\n          args: [sidekiq, -C, x.yml]", 0),
        ("ports: [{containerPort: 9394}]\n          args: [--verbose]", 1),
    ],
)
def test_a_container_with_another_command_has_other_ports(
    container: str, wrong: int, tmp_path: Path
) -> None:
    files = {**WEB, "k8s/web.yaml": POD.format(container)}
    assert number(tmp_path, files, "AG013") == wrong


SERVICE = """\
apiVersion: v1
kind: Service
metadata: {{name: web}}
spec:
  selector: {{app: web}}
  ports: [{{port: 80, targetPort: {}}}]
"""


@pytest.mark.parametrize(
    ("target", "container", "wrong"),
    [
        ("8443", "readinessProbe: {httpGet: {port: 8443}}", 0),
        ("8443", "livenessProbe: {tcpSocket: {port: 8443}}", 0),
        ("8443", "readinessProbe: {httpGet: {port: 9000}}", 1),
        ("https", "readinessProbe: {httpGet: {port: 8443}}", 1),
    ],
)
def test_a_probe_says_where_a_container_listens(
    target: str, container: str, wrong: int, tmp_path: Path
) -> None:
    pod = POD.format(f"ports: [{{name: metrics, containerPort: 9090}}]\n          {container}")
    files = {"k8s/a.yaml": pod, "k8s/b.yaml": SERVICE.format(target)}
    assert number(tmp_path, files, "AG014") == wrong


# ---- AG021, AG022: pods that operators make ------------------------------------------------------

CLUSTER = "apiVersion: {}\nkind: {}\nmetadata: {{name: {}}}\n"
CRD = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: shops.a.b}
spec: {group: a.b, names: {kind: Shop}}
"""


@pytest.mark.parametrize(
    ("files", "wrong"),
    [
        ({}, 1),
        ({"k8s/c.yaml": CLUSTER.format("rabbitmq.com/v1beta1", "RabbitmqCluster", "queue")}, 0),
        ({"k8s/c.yaml": CLUSTER.format("acid.zalan.do/v1", "postgresql", "queue")}, 0),
        ({"k8s/c.yaml": CRD, "k8s/d.yaml": CLUSTER.format("a.b/v1", "Shop", "queue")}, 0),
        (
            {
                "k8s/c.yaml": CLUSTER.format("helm.toolkit.fluxcd.io/v2", "HelmRelease", "queue")
                + "spec: {chart: {spec: {chart: x, sourceRef: {kind: HelmRepository}}}}\n"
            },
            0,
        ),
        # False friends: another name, kinds that make no pods.
        ({"k8s/c.yaml": CLUSTER.format("rabbitmq.com/v1beta1", "RabbitmqCluster", "other")}, 1),
        ({"k8s/c.yaml": CLUSTER.format("cert-manager.io/v1", "Certificate", "queue")}, 1),
        ({"k8s/c.yaml": CLUSTER.format("keda.sh/v1alpha1", "ScaledObject", "queue")}, 1),
    ],
)
def test_a_service_may_select_what_an_operator_makes(
    files: dict[str, str], wrong: int, tmp_path: Path
) -> None:
    service = SERVICE.format(80).replace("app: web", "app: queue")
    known = {"k8s/a.yaml": POD.format("tty: true"), "k8s/b.yaml": service, **files}
    assert number(tmp_path, known, "AG021") == wrong


MONITOR = """\
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {{name: web}}
spec:
  selector: {{matchLabels: {{{}}}}}
  endpoints: [{{port: http}}]
  namespaceSelector: {}
"""


@pytest.mark.parametrize(
    ("labels", "namespaces", "wrong"),
    [
        ("component: rabbitmq", "{any: true}", 0),
        ("component: rabbitmq", "{}", 1),
        ("app: web, component: rabbitmq", "{any: true}", 1),
    ],
)
def test_a_monitor_may_watch_what_is_elsewhere(
    labels: str, namespaces: str, wrong: int, tmp_path: Path
) -> None:
    service = SERVICE.format(80).replace("name: web}", "name: web, labels: {app: web}}")
    files = {"k8s/a.yaml": MONITOR.format(labels, namespaces), "k8s/b.yaml": service}
    assert number(tmp_path, files, "AG022") == wrong


# ---- AG063: addresses of others in tables --------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "wrong"),
    [
        ("| `IDAM_BASE_ADDRESS` | http://localhost:4501 |", 0),
        ("| idam.api-url | http://localhost:4501 |", 0),
        ("| idamUrl | the login, http://localhost:4501 |", 0),
        ("<table><tr>\n<td>IDAM_URL</td>\n<td>http://localhost:4501</td>\n</tr></table>", 0),
        ("| Open it | http://localhost:4501 |", 1),
        ("<table><tr>\n<td>Open it</td>\n<td>http://localhost:4501</td>\n</tr></table>", 1),
        ("<table><tr>\n<td>A_URL</td>\n</tr></table>\n\nhttp://localhost:4501", 1),
    ],
)
def test_a_table_tells_addresses_of_others(page: str, wrong: int, tmp_path: Path) -> None:
    files = {
        "README.md": f"# Shop\n\n## Run\n\n{page}\n",
        "Dockerfile": "FROM node:24\nEXPOSE 3000\n",
        "server.js": "app.listen(3000);\n",
        "package.json": EXPRESS,
    }
    assert number(tmp_path, files, "AG063") == wrong


@pytest.mark.parametrize(("listens", "wrong"), [(3000, 1), (443, 0), (80, 0), (1024, 1)])
def test_a_proxy_beside_a_service_says_nothing_of_its_port(
    listens: int, wrong: int, tmp_path: Path
) -> None:
    files = {
        "README.md": "# Shop\n\n## Run\n\nIt is at http://localhost:7100.\n",
        "Dockerfile": "FROM node:24\n",
        "server.js": f"app.listen({listens});\n",
        "package.json": EXPRESS,
    }
    assert number(tmp_path, files, "AG063") == wrong


# ---- AG003: pipelines that are not read ----------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "system"),
    [
        (".circleci/config.yml", "CircleCI"),
        (".travis.yml", "Travis CI"),
        ("bitbucket-pipelines.yml", "Bitbucket Pipelines"),
    ],
)
def test_a_pipeline_that_is_not_read_is_named(name: str, system: str, tmp_path: Path) -> None:
    own = {"Dockerfile": "FROM node:24\n", name: "version: 2\n"}
    (result,) = ran(tmp_path, own, "AG003").results
    assert result.reason == f"{name} is of {system}, which is not read"
    steps = "[{uses: actions/setup-node@v6, with: {node-version: 24}}]"
    workflow = f"on: push\njobs: {{a: {{runs-on: x, steps: {steps}}}}}\n"
    (result,) = ran(tmp_path, {**own, ".github/workflows/a.yml": workflow}, "AG003").results
    assert result.limit == f"{name} is of {system}, which is not read"


# ---- SY002, SY003: templates of other programs ---------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text", "wrong"),
    [
        ("a.yaml", "a:\n  {resource}Type:\n    b: 1\n", 0),
        ("a.yaml", "a:\n  {resource}Type:\n    {schema}\n", 0),
        ("a.yaml", "a: {resource} has this id\nb: 1\n", 0),
        ("a.yaml", "a: 1\n${ssh_key}\nb: 1\n", 0),
        ("a.json", '{"a": ${record}}\n', 0),
        ("a.json", '{"a":\n  {count}\n}\n', 0),
        # False friends: a mistake beside a path with a parameter, and beside a flow mapping.
        ("a.yaml", "/orders/{id}:\n  get: {a}\n  b: [\n", 1),
        ("a.yaml", "a: {b: 1}\n  c: 1\n", 1),
        ("a.json", '{"a": {"b": 1}\n', 1),
    ],
)
def test_a_name_in_braces_is_filled_in_by_a_program(
    name: str, text: str, wrong: int, tmp_path: Path
) -> None:
    assert number(tmp_path, {f"src/{name}": text}, "SY002", "SY003") == wrong


# ---- EN005: the backend block

DEV, PROD = "terraform/backend-dev.tfbackend", "terraform/backend-prod.tfbackend"


@pytest.mark.parametrize(
    ("files", "wrong"),
    [
        ({DEV: 'key = "dev"\nencrypt = true\n', PROD: 'key = "prod"\n'}, 1),
        (
            {
                DEV: 'key = "dev"\nencrypt = true\n',
                PROD: 'key = "prod"\n',
                "terraform/main.tf": 'terraform {\n  backend "s3" {\n    encrypt = true\n  }\n}\n',
            },
            0,
        ),
        (
            {
                DEV: 'key = "dev"\nencrypt = true\n',
                PROD: 'key = "prod"\nencrypt = false\n',
                "terraform/main.tf": 'terraform {\n  backend "s3" {\n    encrypt = true\n  }\n}\n',
            },
            1,
        ),
        (
            {
                DEV: 'key = "d"\nregion = "eu-west-1"\nbucket = "euw1-state"\n',
                PROD: 'key = "p"\nregion = "us-east-1"\nbucket = "use1-state"\n',
            },
            0,
        ),
        (
            {
                DEV: 'key = "d"\nregion = "eu-west-1"\nbucket = "state"\n',
                PROD: 'key = "p"\nregion = "us-east-1"\nbucket = "state"\n',
            },
            1,
        ),
    ],
)
def test_settings_of_a_backend_are_those_of_its_block_too(
    files: dict[str, str], wrong: int, tmp_path: Path
) -> None:
    assert number(tmp_path, files, "EN005") == wrong
