"""Secrets and ConfigMaps that pods read, and that nothing makes."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.facts.pod_inputs import (
    inputs,
    makes_secrets,
    misspelt_of,
    unmade,
    without_key,
)

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


SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: shop-db}\n%s\n"
BY_KEY = "env: [{name: A, valueFrom: {secretKeyRef: {name: shop-db, key: %s}}}]"


@pytest.mark.parametrize(
    ("key", "made", "lacks"),
    [
        ("pasword", "data: {password: YQ==}", True),
        ("token", "stringData: {password: a}", True),
        ("password", "data: {password: YQ==}", False),
        ("password", "stringData: {password: a}", False),
        ("token", "", False),
        ("token", "type: kubernetes.io/service-account-token\ndata: {a: YQ==}", False),
        ("${KEY}", "data: {password: YQ==}", False),
    ],
)
def test_a_key_is_one_of_the_object(key: str, made: str, lacks: bool, tmp_path: Path) -> None:
    project = written(tmp_path, {**pod(BY_KEY % key), "k8s/secret.yaml": SECRET % made})
    assert [one.key for one, _ in without_key(project)] == ([key] if lacks else [])


EXTERNAL = """\
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: shop}
spec:
  target: {name: shop-db}
  %s
"""
SEALED = """\
apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
metadata: {name: shop-db}
spec: {encryptedData: {password: AgB}}
"""
GENERATED = "secretGenerator:\n  - name: shop-db\n    %s\nresources: [pod.yaml]\n"


@pytest.mark.parametrize(
    ("files", "number"),
    [
        ({"k8s/a.yaml": EXTERNAL % "data: [{secretKey: password, remoteRef: {key: a}}]"}, 1),
        ({"k8s/a.yaml": EXTERNAL % "data: [{secretKey: token, remoteRef: {key: a}}]"}, 0),
        ({"k8s/a.yaml": EXTERNAL % "dataFrom: [{extract: {key: a}}]"}, 0),
        ({"k8s/a.yaml": SEALED}, 1),
        ({"k8s/kustomization.yaml": GENERATED % "literals: [password=a]"}, 1),
        ({"k8s/kustomization.yaml": GENERATED % "envs: [not-in-git.env]"}, 0),
        ({"k8s/a.yaml": SECRET % "data: {password: YQ==}", "a.sh": "add shop-db token\n"}, 0),
    ],
)
def test_keys_of_what_makes_a_secret(files: dict[str, str], number: int, tmp_path: Path) -> None:
    assert len(without_key(written(tmp_path, {**pod(BY_KEY % "token"), **files}))) == number


@pytest.mark.parametrize(
    ("name", "beside", "meant"),
    [
        ("shop-databse", "shop-database", "shop-database"),
        ("shopdatabase", "shop-database", "shop-database"),
        ("shop-database-2", "shop-database", ""),
        ("shop-dev", "shop-prod", ""),
    ],
)
def test_a_misspelt_name_is_found_beside_what_makes_others(
    name: str, beside: str, meant: str, tmp_path: Path
) -> None:
    made = SECRET.replace("shop-db", beside) % ""
    of_operator = "apiVersion: example.com/v1\nkind: Database\nmetadata: {name: a}\n"
    reads = ALL.format(more="").replace("shop-db", name)
    files = {**pod(reads), "k8s/secret.yaml": made, "k8s/of-operator.yaml": of_operator}
    project = written(tmp_path, files)
    (one,) = inputs(project)
    assert misspelt_of(project, one.kind, one.name, one.workload) == meant
    assert [each.name for each in unmade(project)] == ([name] if meant else [])
