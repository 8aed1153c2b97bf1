"""AG013, AG016, AG048, AG063, AG066, SEC002: what runs in containers that are not built here."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from support import ScriptedToolchain, written

from scaffolder import checks


def found(root: Path, files: Mapping[str, str], *ids: str) -> list[str]:
    chosen = checks.choose(select=ids, ignore=[])
    report = checks.run(written(root, files), chosen, ScriptedToolchain({}))
    return [finding.message for result in report.results for finding in result.findings]


# ---- AG048 ---------------------------------------------------------------------------------------

BACKEND = {"backend/scripts/start.sh": "true\n", "scripts/lint.sh": "true\n"}
IN_A_CONTAINER = {
    "a service of Compose": ("docker compose run --rm backend bash scripts/start.sh", 0),
    "a service that runs": ("docker-compose exec -T backend scripts/start.sh", 0),
    "an image": ("docker run --rm registry.example.com/a sh scripts/start.sh", 0),
    "podman": ("podman exec a bash scripts/start.sh", 0),
    "a pod": ("kubectl -n shop exec deploy/a -- ./scripts/start.sh", 0),
    "here": ("bash scripts/start.sh", 1),
    "here, before a container": ("bash scripts/start.sh && docker compose up", 1),
    "a folder of the build": ("docker build --build-arg a=b . && scripts/start.sh", 1),
}


@pytest.mark.parametrize(("command", "number"), IN_A_CONTAINER.values(), ids=IN_A_CONTAINER)
def test_a_script_in_a_container_is_of_its_image(tmp_path: Path, command: str, number: int) -> None:
    workflow = (
        "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n"
        f"      - run: scripts/lint.sh\n      - run: {command}\n"
    )
    files = {**BACKEND, ".github/workflows/a.yml": workflow}
    assert len(found(tmp_path, files, "AG048")) == number


# ---- AG013 ---------------------------------------------------------------------------------------

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}}}
spec:
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec:
      containers:
        - name: {name}
          image: {image}
          ports: [{{containerPort: 3000}}]
"""
OTHER = {"back/Dockerfile": "FROM python:3.13\nEXPOSE 7000\n"}
IMAGES = {
    "published where its base is": ("FROM acme/front-nginx:1\nEXPOSE 80\n", "acme/front:1.2", 0),
    "its base itself": ("FROM acme/front:1 AS a\nFROM nginx:1\nEXPOSE 80\n", "acme/front:1.2", 0),
    "from the same folder": (
        "FROM ghcr.io/acme/base/java:1\nEXPOSE 80\n",
        "ghcr.io/acme/base/front:1",
        0,
    ),
    "of this repository": ("FROM acme/front-nginx:1\nEXPOSE 80\n", "registry.corp/shop/front:1", 1),
    "of this repository, a known base": ("FROM node:24\nEXPOSE 80\n", "acme/front:1.2", 1),
}


@pytest.mark.parametrize(("dockerfile", "image", "number"), IMAGES.values(), ids=IMAGES)
def test_an_image_of_the_publisher_of_the_base_is_not_built_here(
    tmp_path: Path, dockerfile: str, image: str, number: int
) -> None:
    files = {
        **OTHER,
        "front/Dockerfile": dockerfile,
        "k8s/front.yaml": DEPLOYMENT.format(name="front", image=image),
    }
    assert len(found(tmp_path, files, "AG013")) == number


@pytest.mark.parametrize(
    ("image", "number"),
    [
        ("ko://github.com/acme/shop/admin", 0),
        ("registry.corp/acme/admin:1", 0),
        ("ghcr.io/acme/admin@sha256:" + "0" * 64, 0),
        ("registry.corp/acme/front:1", 1),
    ],
)
def test_a_service_that_no_dockerfile_builds_is_not_the_one_that_has_one(
    tmp_path: Path, image: str, number: int
) -> None:
    name = image.split("@")[0].rpartition("/")[2].split(":")[0]
    files = {
        "front/Dockerfile": "FROM node:24\nEXPOSE 80\n",
        "admin/go.mod": "module github.com/acme/shop/admin\n\ngo 1.26\n",
        "admin/main.go": "package main\n\nfunc main() {}\n",
        "k8s/app.yaml": DEPLOYMENT.format(name=name, image=image),
    }
    assert len(found(tmp_path, files, "AG013")) == number


# ---- AG066 ---------------------------------------------------------------------------------------

MARKS = {
    "Consul": ('consul.hashicorp.com/connect-inject: "true"', 0),
    "Istio": ('sidecar.istio.io/inject: "true"', 0),
    "Linkerd": ("linkerd.io/inject: enabled", 0),
    "Dapr": ('dapr.io/enabled: "true"', 0),
    "Vault's agent": ('vault.hashicorp.com/agent-inject: "true"', 0),
    "OpenTelemetry": ('instrumentation.opentelemetry.io/inject-java: "true"', 0),
    "switched off": ('linkerd.io/inject: "disabled"', 1),
    "of something else": ('example.com/injection-rate: "5"', 1),
    "none": ('example.com/team: "a"', 1),
}


@pytest.mark.parametrize(("mark", "number"), MARKS.values(), ids=MARKS)
def test_a_sidecar_may_answer_prometheus(tmp_path: Path, mark: str, number: int) -> None:
    labels = f"labels: {{app: front}}\n      annotations: {{prometheus.io/port: '9102', {mark}}}"
    manifest = DEPLOYMENT.format(name="front", image="registry.corp/shop/front:1").replace(
        "labels: {app: front}}", f"\n      {labels}".lstrip()
    )
    manifest = manifest.replace("    metadata: {labels", "    metadata:\n      labels")
    files = {"front/Dockerfile": "FROM node:24\nEXPOSE 3000\n", "k8s/app.yaml": manifest}
    assert len(found(tmp_path, files, "AG066")) == number


# ---- AG063 ---------------------------------------------------------------------------------------

RUNS = {
    "a name like the service's": ("docker run --name shop-postgres -e P=x -d -p 5432:5432 postgres", 0),
    "a variable like it": ("docker run -e POSTGRES_DB=shop -p 5432:5432 postgres:17", 0),
    "its folder, mounted": ("docker run --rm -v ./shop:/shop -p 8001:8001 redis", 0),
    "its network": ("docker run -it --network shop -p 9999:9999 ghcr.io/acme/tool", 0),
    "the service": ("docker run --rm -p 9999:9999 shop", 1),
    "the service, with a name": ("docker run -d --name=a -p 9999:9999 acme/shop:1 serve", 1),
    "the service at its port": ("docker run -it -p 80:8089 acme/shop", 0),
}  # fmt: skip


@pytest.mark.parametrize(("command", "number"), RUNS.values(), ids=RUNS)
def test_a_page_that_runs_an_image_of_others(tmp_path: Path, command: str, number: int) -> None:
    files = {
        "Dockerfile": "FROM eclipse-temurin:25\nEXPOSE 8089\n",
        "pom.xml": "<project><artifactId>shop</artifactId></project>\n",
        "README.md": f"# shop\n\n```sh\n{command}\n```\n",
    }
    assert len(found(tmp_path, files, "AG063")) == number


# ---- AG016 ---------------------------------------------------------------------------------------

SIDECARS = {
    "an image of others": ("image: daprio/daprd:1\n    network_mode: service:app", 0),
    "told its port": ("build: ./proxy\n    command: [-p, '50002']\n    network_mode: service:app", 0),
    "quoted": ('image: envoyproxy/envoy:v1\n    network_mode: "service:app"', 0),
    "in another network": ("image: daprio/daprd:1\n    network_mode: service:other", 1),
    "beside": ("image: daprio/daprd:1\n    depends_on: [app]", 1),
}  # fmt: skip


@pytest.mark.parametrize(("sidecar", "number"), SIDECARS.values(), ids=SIDECARS)
def test_a_service_in_the_network_of_another_may_listen(
    tmp_path: Path, sidecar: str, number: int
) -> None:
    files = {
        "app/Dockerfile": "FROM node:24\nEXPOSE 3000\n",
        "proxy/Dockerfile": "FROM node:24\n",
        "compose.yaml": (
            "services:\n  app:\n    build: ./app\n    ports: ['50002:50002']\n"
            f"  side:\n    {sidecar}\n"
        ),
    }
    assert len(found(tmp_path, files, "AG016")) == number


# ---- SEC002 --------------------------------------------------------------------------------------

SCRIPTS = {
    "by its name": ("docker build -t front .\n", "front", 0),
    "with more options": ("docker buildx build --load --tag front front\n", "front", 0),
    "each folder by its name": ('for f in *; do docker build -qt "$f" "$f"; done\n', "front", 0),
    "another name": ("docker build -t back .\n", "front", 1),
    "of a registry": ("docker build -t front .\n", "registry.corp/shop/front", 1),
    "no build": ("docker pull front\n", "front", 1),
}


@pytest.mark.parametrize(("script", "image", "number"), SCRIPTS.values(), ids=SCRIPTS)
def test_an_image_that_a_script_builds_here_needs_no_tag(
    tmp_path: Path, script: str, image: str, number: int
) -> None:
    files = {
        "build.sh": f"#!/bin/sh\n{script}",
        "front/Dockerfile": "FROM node:24.1.0\nUSER node\n",
        "compose.yaml": f"services:\n  a:\n    image: {image}\n",
    }
    assert len(found(tmp_path, files, "SEC002")) == number
