"""Namespaces that the repository makes or deploys to."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.facts.namespaces import is_built_in, made, made_by_names_unknown

APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: shop}}
spec:
  source: {{path: deploy}}
  destination: {{{destination}}}
  syncPolicy: {{syncOptions: [CreateNamespace=true]}}
"""


@pytest.mark.parametrize(
    ("name", "built_in"),
    [
        ("default", True),
        ("kube-system", True),
        ("kube-anything", True),
        ("openshift", True),
        ("openshift-monitoring", True),
        ("shop", False),
        ("kubecost", False),
        ("openshifted", False),
    ],
)
def test_a_cluster_brings_some_namespaces(name: str, *, built_in: bool) -> None:
    assert is_built_in(name) is built_in


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("k8s/namespace.yaml", "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n"),
        ("k8s/app.yaml", APPLICATION.format(destination="namespace: shop")),
        ("deploy.sh", "helm upgrade --install web ./chart --namespace shop\n"),
        ("deploy.sh", "kubectl create namespace shop\n"),
        ("deploy.sh", "kubectl -n shop apply -f x.yaml\n"),
        ("deploy.sh", "NAMESPACE=shop\nrun\n"),
        (
            "main.tf",
            'resource "kubernetes_namespace" "x" {\n  metadata {\n    name = "shop"\n  }\n}\n',
        ),
    ],
)
def test_a_namespace_is_made(file: str, text: str, tmp_path: Path) -> None:
    found = made(written(tmp_path, {file: text}))
    assert found["shop"].path == Path(file)


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("deploy.sh", "docker run -n shop x\n"),
        ("k8s/sa.yaml", "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: shop\n"),
        ("main.tf", 'resource "aws_s3_bucket" "x" {\n  bucket = "shop"\n}\n'),
    ],
)
def test_a_name_of_something_else_is_not_made(file: str, text: str, tmp_path: Path) -> None:
    assert "shop" not in made(written(tmp_path, {file: text}))


def test_a_controller_may_make_namespaces_of_unknown_names(tmp_path: Path) -> None:
    unknown = written(
        tmp_path, {"app.yaml": APPLICATION.format(destination="namespace: '{{ name }}'")}
    )
    place = made_by_names_unknown(unknown)
    assert place is not None
    assert place.path == Path("app.yaml")


def test_a_named_namespace_is_known(tmp_path: Path) -> None:
    project = written(tmp_path, {"app.yaml": APPLICATION.format(destination="namespace: shop")})
    assert made_by_names_unknown(project) is None
