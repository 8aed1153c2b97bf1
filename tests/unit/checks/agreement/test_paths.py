"""AG018 to AG020: paths of probes, ports that Prometheus scrapes, requests of scripts."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import ScriptedToolchain, places, written

from scaffolder.checks.agreement.paths import probes_ask_a_path

SOURCE = 'app.get("/readyz", f);\napp.get("/metrics", f);\nserver.listen(8080);\n'
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  template:
    metadata: {labels: {app: shop}}
    spec:
      containers:
        - name: shop
          image: team/shop:1
          ports: [{containerPort: 8080, name: http}]
          readinessProbe: {httpGet: {path: PATH, port: http}}
"""
MONITOR = """\
apiVersion: monitoring.coreos.com/v1
kind: PodMonitor
metadata: {name: shop}
spec:
  selector: {matchLabels: {app: shop}}
  podMetricsEndpoints:
    - port: PORT
"""


def files(path: str = "/readyz", port: str = "http", script: str = "/readyz") -> dict[str, str]:
    return {
        "shop/Dockerfile": "FROM scratch\nENV PORT=8080\n",
        "shop/server.js": SOURCE,
        "k8s/shop.yaml": DEPLOYMENT.replace("PATH", path),
        "k8s/monitor.yaml": MONITOR.replace("PORT", port),
        "smoke.sh": f"curl http://localhost:8080{script}\n",
    }


@pytest.mark.parametrize("check", ["AG018", "AG019", "AG020"])
def test_paths_and_ports_that_are_there_are_right(check: str, tmp_path: Path) -> None:
    assert places(tmp_path, files(), check) == []


def test_a_probe_of_a_path_that_is_not_answered_is_found(tmp_path: Path) -> None:
    assert places(tmp_path, files(path="/ready"), "AG018") == ["k8s/shop.yaml:12"]


def test_a_port_that_is_not_there_is_not_scraped(tmp_path: Path) -> None:
    assert places(tmp_path, files(port="metrics"), "AG019") == ["k8s/monitor.yaml:7"]


def test_a_script_asks_for_a_path_that_is_not_answered(tmp_path: Path) -> None:
    assert places(tmp_path, files(script="/healthz"), "AG020") == ["smoke.sh:1"]


def test_a_source_without_paths_proves_nothing(tmp_path: Path) -> None:
    unknown = {**files(path="/ready"), "shop/server.js": "start();\n"}
    assert places(tmp_path, unknown, "AG018") == []


def test_a_path_that_is_like_no_other_leads_to_the_routes(tmp_path: Path) -> None:
    service = {**files(path="/info"), "shop/a.js": "start();\n"}
    (finding,) = probes_ask_a_path(written(tmp_path, service), ScriptedToolchain({})).findings
    assert [str(place.path) for place in finding.related] == ["shop/server.js"]
    assert finding.fix == "add the route"
