"""AG011 to AG017: ports of images, health checks, containers, Services, probes, Compose and routes."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import places

IMAGE = "FROM scratch\nENV PORT=8080\nEXPOSE 8080\n"
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      containers:
        - name: shop
          image: team/shop:1
          ports: [{containerPort: 8080, name: http}]
          readinessProbe: {httpGet: {path: /, port: http}}
---
apiVersion: v1
kind: Service
metadata: {name: shop}
spec:
  selector: {app: shop}
  ports: [{port: 80, targetPort: http}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop}
spec:
  rules:
    - http:
        paths:
          - path: /
            pathType: Prefix
            backend: {service: {name: shop, port: {number: 80}}}
"""
COMPOSE = "services:\n  web:\n    build: .\n    ports: ['80:8080']\n"
FILES = {"shop/Dockerfile": IMAGE, "k8s/shop.yaml": DEPLOYMENT}
CHANGES = {
    "AG011": ("shop/Dockerfile", "EXPOSE 8080", "EXPOSE 8081"),
    "AG012": (
        "shop/Dockerfile",
        "EXPOSE 8080\n",
        "EXPOSE 8080\nHEALTHCHECK CMD curl http://localhost:9090/\n",
    ),
    "AG013": ("k8s/shop.yaml", "containerPort: 8080", "containerPort: 9090"),
    "AG014": ("k8s/shop.yaml", "targetPort: http", "targetPort: web"),
    "AG015": ("k8s/shop.yaml", "port: http}}\n---", "port: 9090}}\n---"),
    "AG017": ("k8s/shop.yaml", "number: 80}", "number: 81}"),
}


def changed(check: str) -> dict[str, str]:
    file, old, new = CHANGES[check]
    assert old in FILES[file]
    return {**FILES, file: FILES[file].replace(old, new, 1)}


@pytest.mark.parametrize("check", CHANGES)
def test_ports_that_agree_are_right(check: str, tmp_path: Path) -> None:
    assert places(tmp_path, FILES, check) == []


@pytest.mark.parametrize("check", CHANGES)
def test_a_port_that_nothing_has_is_found_in_its_file(check: str, tmp_path: Path) -> None:
    (place,) = places(tmp_path, changed(check), check)
    assert place.startswith(CHANGES[check][0])


@pytest.mark.parametrize(("port", "number"), [("8080", 0), ("9090", 1)])
def test_compose_publishes_the_port_inside(port: str, number: int, tmp_path: Path) -> None:
    files = {"Dockerfile": IMAGE, "compose.yml": COMPOSE.replace("8080", port)}
    assert len(places(tmp_path, files, "AG016")) == number


def test_a_port_by_number_is_as_good_as_its_name(tmp_path: Path) -> None:
    files = {**FILES, "k8s/shop.yaml": DEPLOYMENT.replace("targetPort: http", "targetPort: 8080")}
    assert places(tmp_path, files, "AG014") == []
