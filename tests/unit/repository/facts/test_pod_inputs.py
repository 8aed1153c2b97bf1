"""Secrets and ConfigMaps that pods read, and that nothing makes."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.facts.pod_inputs import inputs, makes_secrets, unmade

POD = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: shop}}
spec:
  template:
    spec:
      containers:
        - name: shop
          image: shop
          {reads}
"""
ALL = "envFrom: [{{secretRef: {{name: shop-db{more}}}}}]"


def pod(reads: str) -> dict[str, str]:
    return {"k8s/pod.yaml": POD.format(reads=reads)}


@pytest.mark.parametrize(
    ("reads", "kind"),
    [
        (ALL.format(more=""), "Secret"),
        ("envFrom: [{configMapRef: {name: shop-db}}]", "ConfigMap"),
        ("env: [{name: A, valueFrom: {secretKeyRef: {name: shop-db, key: a}}}]", "Secret"),
        ("env: [{name: A, valueFrom: {configMapKeyRef: {name: shop-db, key: a}}}]", "ConfigMap"),
    ],
)
def test_a_container_reads_an_input(reads: str, kind: str, tmp_path: Path) -> None:
    project = written(tmp_path, pod(reads))
    (one,) = inputs(project)
    assert (one.kind, one.name, one.workload.name) == (kind, "shop-db", "shop")
    assert unmade(project) == (one,)


@pytest.mark.parametrize(
    "reads",
    [
        ALL.format(more=", optional: true"),
        ALL.format(more="").replace("shop-db", "kube-root-ca.crt"),
        "env: [{name: A, value: shop-db}]",
    ],
    ids=["optional", "of the cluster", "a value"],
)
def test_other_references_are_no_inputs(reads: str, tmp_path: Path) -> None:
    assert unmade(written(tmp_path, pod(reads))) == ()


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("k8s/secret.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: shop-db}\n"),
        ("setup.sh", "kubectl create secret generic shop-db --from-literal=a=b\n"),
        ("setup.sh", 'kubectl create secret generic "$NAME" --from-literal=a=b\n'),
        ("main.tf", 'resource "kubernetes_secret" "a" {\n  metadata { name = "shop-db" }\n}\n'),
    ],
)
def test_an_input_is_made(file: str, text: str, tmp_path: Path) -> None:
    project = written(tmp_path, {**pod(ALL.format(more="")), file: text})
    assert len(inputs(project)) == 1
    assert unmade(project) == ()


def test_another_name_is_not_made(tmp_path: Path) -> None:
    other = "apiVersion: v1\nkind: Secret\nmetadata: {name: shop-cache}\n"
    project = written(tmp_path, {**pod(ALL.format(more="")), "k8s/secret.yaml": other})
    assert [one.name for one in unmade(project)] == ["shop-db"]
    assert makes_secrets(project)
    assert not makes_secrets(written(tmp_path / "none", pod("env: []")))
