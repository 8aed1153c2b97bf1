"""AG066: Compose files, Prometheus and annotations ask services at a port where they listen."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import ScriptedToolchain, written

from scaffolder import checks

IMAGE = 'FROM node:22-alpine\nCOPY . .\nEXPOSE 8080\nCMD ["node", "index.js"]\n'
SCRAPE = """\
scrape_configs:
  - job_name: orders
    static_configs:
      - targets: {targets}
"""


def composed(orders: str = "", others: str = "", build: str = "./orders") -> str:
    return f"services:\n  orders:\n    build: {build}\n{orders}{others}"


def repository(compose: str, prometheus: str = "", **files: str) -> dict[str, str]:
    made = {
        "orders/Dockerfile": IMAGE,
        "orders/package.json": '{"name": "orders"}\n',
        "orders/index.js": "require('./server');\n",
        "compose.yaml": compose,
        **{name.replace("__", "/").replace("_", "."): text for name, text in files.items()},
    }
    return {**made, "prometheus/prometheus.yml": prometheus} if prometheus else made


PROMETHEUS = (
    "  prometheus:\n    image: prom/prometheus:v3.1.0\n"
    "    volumes: ['./prometheus/prometheus.yml:/etc/prometheus/prometheus.yml']\n"
)
CALLER = "  web:\n    image: example.com/web:1\n    environment:\n      {name}: {value}\n"
LISTED = "  web:\n    image: example.com/web:1\n    environment:\n      - A={value}\n"
CHECKED = "    healthcheck:\n      test: {test}\n"


def workload(annotations: str = "", ports: str = "[{containerPort: 8080}]") -> str:
    return f"""\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: orders, namespace: shop}}
spec:
  selector:
    matchLabels: {{app: orders}}
  template:
    metadata:
      labels: {{app: orders}}
      annotations:
        {annotations or "team: shop"}
    spec:
      containers:
        - name: orders
          image: example.com/orders:1
          ports: {ports}
"""


def service(annotations: str = "", cluster_ip: str = "") -> str:
    return f"""\
---
apiVersion: v1
kind: Service
metadata:
  name: orders
  namespace: shop
  annotations:
    {annotations or "team: shop"}
spec:
  {cluster_ip or "type: ClusterIP"}
  selector: {{app: orders}}
  ports:
    - port: 80
      targetPort: 8080
"""


def cluster(*objects: str, prometheus: str = "") -> dict[str, str]:
    made = {
        "Dockerfile": IMAGE,
        "package.json": '{"name": "orders"}\n',
        "k8s/orders.yaml": "".join(objects),
    }
    return {**made, "monitoring/prometheus.yml": prometheus} if prometheus else made


def found(root: Path, files: dict[str, str]) -> list[str]:
    report = checks.run(
        written(root, files), checks.choose(select=["AG066"], ignore=[]), ScriptedToolchain({})
    )
    assert [result.reason for result in report.results if result.outcome.name == "BROKEN"] == []
    return [
        f"{finding.path.as_posix()}:{finding.line} {finding.message}"
        for result in report.results
        for finding in result.findings
    ]


def scraped(*targets: str) -> str:
    return SCRAPE.format(targets="[" + ", ".join(f"'{one}'" for one in targets) + "]")


CONFIG_MAP = (
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: prometheus}\ndata:\n  prometheus.yml: |\n"
)
WRONG = {
    "expose": (repository(composed("    expose: ['8081']\n")), "compose.yaml:4 exposes port 8081"),
    "a health check": (
        repository(composed(CHECKED.format(test="[CMD, curl, -f, 'http://localhost:9000/']"))),
        "asks port 9000",
    ),
    "a health check of a shell": (
        repository(composed(CHECKED.format(test="wget -q http://127.0.0.1:9000/ || exit 1"))),
        "compose.yaml:5 the health check of orders asks port 9000",
    ),
    "netcat": (repository(composed(CHECKED.format(test="nc -z localhost 9000"))), "asks port 9000"),
    "a variable": (
        repository(
            composed(others=CALLER.format(name="ORDERS_URL", value="http://orders:3000/v1"))
        ),
        "compose.yaml:7 leads to port 3000 of orders",
    ),
    "a list of variables": (
        repository(composed(others=LISTED.format(value="http://orders:3000"))),
        "compose.yaml:7 leads to port 3000 of orders",
    ),
    "a name on the network": (
        repository(
            composed(
                "    container_name: shop-orders\n",
                CALLER.format(name="A", value="http://shop-orders:1234"),
            )
        ),
        "leads to port 1234",
    ),
    "a target": (
        repository(composed(), scraped("orders:8081")),
        "prometheus/prometheus.yml:4 asks",
    ),
    "one of several targets": (
        repository(composed(), scraped("localhost:9090", "orders:8081")),
        "asks port 8081 of orders, but it listens on 8080",
    ),
    "a target on a line": (
        repository(composed(), SCRAPE.format(targets="\n          - orders:8081")),
        "prometheus/prometheus.yml:5 asks port 8081",
    ),
    "a port that a variable sets": (
        repository(composed("    environment: {PORT: '8090'}\n"), scraped("orders:8081")),
        "asks port 8081",
    ),
    "the name of a target": (
        repository(composed(others=PROMETHEUS), scraped("order:8080")),
        "asks order, which is not a service of compose.yaml",
    ),
    "a Service": (
        cluster(workload(), service(), prometheus=scraped("orders.shop.svc.cluster.local:8080")),
        "which Service orders does not have",
    ),
    "a Service in its namespace": (
        cluster(workload(), service(), prometheus=scraped("orders.shop:9999")),
        "asks port 9999",
    ),
    "a ConfigMap": (
        {
            **cluster(workload(), service()),
            "k8s/prometheus.yaml": CONFIG_MAP
            + "".join(f"    {line}\n" for line in scraped("orders:8080").splitlines()),
        },
        "k8s/prometheus.yaml:9 asks port 8080",
    ),
    "an annotation of pods": (
        cluster(workload('prometheus.io/port: "9090"')),
        "prometheus.io/port is 9090",
    ),
    "an annotation of a Service": (
        cluster(workload(), service('prometheus.io/port: "9102"')),
        "prometheus.io/port is 9102",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_port_where_nothing_listens_is_reported(name: str, tmp_path: Path) -> None:
    files, message = WRONG[name]
    findings = found(tmp_path, files)
    assert len(findings) == 1, findings
    assert message in findings[0]


RIGHT = {
    "the port of the image": repository(
        composed(
            "    expose: ['8080']\n" + CHECKED.format(test="curl -f http://localhost:8080/"),
            CALLER.format(name="A", value="http://orders:8080"),
        ),
        scraped("orders:8080"),
    ),
    "a port that a variable sets": repository(
        composed("    environment: {HTTP_PORT: '8090'}\n"), scraped("orders:8090")
    ),
    "a port of the command": repository(
        composed("    command: node index.js --port 8090\n"), scraped("orders:8090")
    ),
    "a port of metrics in the source": repository(
        composed(), scraped("orders:9464"), orders__metrics_js="exporter.listen(9464);\n"
    ),
    "a file of variables that is not here": repository(
        composed("    env_file: .env\n"), scraped("orders:8090")
    ),
    "a published port": repository(
        composed("    ports: ['9999:8080']\n"), scraped("host.docker.internal:9999")
    ),
    "a program of others": repository(
        composed(others="  node-exporter:\n    image: prom/node-exporter:v1.8.0\n"),
        scraped("node-exporter:9100", "localhost:9090"),
    ),
    "another host": repository(composed(), scraped("orders.example.com:443", "10.0.0.1:9100")),
    "a target in a comment": repository(
        composed(), scraped("orders:8080") + "#      - targets: ['orders:1']\n"
    ),
    "a numbered name": repository(
        composed(others="  orders-1:\n    build: ./orders\n" + PROMETHEUS), scraped("orders-2:8080")
    ),
    "two ports": {
        **repository(composed(), scraped("orders:9464")),
        "orders/Dockerfile": IMAGE.replace("EXPOSE 8080", "EXPOSE 8080 9464"),
    },
    "a file of a test": {
        **repository(composed()),
        "tests/compose.yaml": composed("    expose: ['1']\n", build="../orders"),
    },
    "an image that says nothing": {
        **repository(composed(), scraped("orders:8081")),
        "orders/Dockerfile": 'FROM node:22\nCMD ["node"]\n',
    },
    "the port of a Service": cluster(workload(), service(), prometheus=scraped("orders.shop:80")),
    "a headless Service": cluster(
        workload(), service(cluster_ip="clusterIP: None"), prometheus=scraped("orders:8080")
    ),
    "a Service of another namespace": cluster(
        workload(), service(), prometheus=scraped("orders.other.svc:8080")
    ),
    "an annotation": cluster(
        workload('prometheus.io/port: "8080"'), service('prometheus.io/port: "8080"')
    ),
    "an annotation of a program of others": cluster(
        workload('prometheus.io/port: "9121"').replace("example.com/orders:1", "redis:7")
    ),
    "a second container": cluster(
        workload('prometheus.io/port: "9113"', "[{containerPort: 8080}, {containerPort: 9113}]")
    ),
}


@pytest.mark.parametrize("name", RIGHT)
def test_a_port_that_may_be_right_is_not_reported(name: str, tmp_path: Path) -> None:
    assert found(tmp_path, RIGHT[name]) == []
