"""AG027, AG030, AG031: images that are built and deployed, namespaces, and charts that are named."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import places

CHART = {
    "chart/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
    "chart/values.yaml": "image:\n  repository: registry.test/team/shop\n  tag: '1'\n",
    "Dockerfile": "FROM scratch\n",
}


@pytest.mark.parametrize(("built", "number"), [("shop", 0), ("shopp", 1)])
def test_the_image_that_is_built_is_deployed(built: str, number: int, tmp_path: Path) -> None:
    compose = "services:\n  web:\n    build: .\n    image: registry.test/team/shop\n"
    command = f"build:\n\tdocker build -t registry.test/team/{built}:1 .\n"
    files = {"Dockerfile": "FROM scratch\n", "compose.yml": compose, "Makefile": command}
    assert len(places(tmp_path, files, "AG027")) == number


@pytest.mark.parametrize(
    ("path", "number"),
    [("./chart", 0), ("./charts", 1), ("bitnami/redis", 0), ("oci://registry.test/chart", 0)],
)
def test_a_chart_that_is_named_exists(path: str, number: int, tmp_path: Path) -> None:
    files = {**CHART, "Makefile": f"deploy:\n\thelm upgrade --install shop {path} --wait\n"}
    assert len(places(tmp_path, files, "AG031")) == number


@pytest.mark.parametrize(("namespace", "number"), [("shop", 0), ("kube-system", 0), ("shopp", 1)])
def test_a_namespace_that_is_used_is_made(namespace: str, number: int, tmp_path: Path) -> None:
    files = {
        "k8s/namespace.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n",
        "k8s/service.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: shop}\n",
        "k8s/account.yaml": f"apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: a, namespace: {namespace}}}\n",
    }
    assert len(places(tmp_path, files, "AG030")) == number
