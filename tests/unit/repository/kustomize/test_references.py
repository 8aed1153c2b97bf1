"""Names by which objects name each other, followed when they change."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scaffolder.repository.kustomize.references import follow
from scaffolder.repository.kustomize.resource import Resource
from scaffolder.repository.kustomize.sourced import copied

FILE = Path("a.yaml")


def resource(kind: str, name: str, **more: Any) -> Resource:
    content = {"apiVersion": "v1", "kind": kind, "metadata": {"name": name}, **more}
    return Resource(content=copied(content, FILE), path=FILE)


def renamed(kind: str) -> Resource:
    one = resource(kind, "old")
    one.rename("name", "new", Path("kustomization.yaml"), 1)
    return one


@pytest.mark.parametrize(
    ("kind", "spec"),
    [
        ("ConfigMap", {"containers": [{"envFrom": [{"configMapRef": {"name": "old"}}]}]}),
        ("Secret", {"volumes": [{"secret": {"secretName": "old"}}]}),
        ("ServiceAccount", {"serviceAccountName": "old"}),
    ],
)
def test_a_name_is_followed(kind: str, spec: dict[str, Any]) -> None:
    pod = resource("Pod", "pod", spec=spec)
    follow([renamed(kind), pod])
    assert "'new'" in str(pod.content["spec"])
    assert "'old'" not in str(pod.content["spec"])


@pytest.mark.parametrize(
    ("kind", "spec"),
    [
        ("Secret", {"containers": [{"envFrom": [{"configMapRef": {"name": "old"}}]}]}),
        ("ConfigMap", {"containers": [{"envFrom": [{"configMapRef": {"name": "older"}}]}]}),
        ("ConfigMap", {"containers": [{"name": "old"}]}),
    ],
    ids=["another kind", "another name", "no reference"],
)
def test_other_names_stay(kind: str, spec: dict[str, Any]) -> None:
    pod = resource("Pod", "pod", spec=spec)
    before = str(pod.content)
    follow([renamed(kind), pod])
    assert str(pod.content) == before


def test_a_target_of_a_scaler_is_followed() -> None:
    scaler = resource(
        "HorizontalPodAutoscaler",
        "a",
        spec={"scaleTargetRef": {"kind": "Deployment", "name": "old"}},
    )
    follow([renamed("Deployment"), scaler])
    assert scaler.content["spec"]["scaleTargetRef"]["name"] == "new"


def test_the_subject_of_a_binding_follows_its_namespace() -> None:
    account = resource("ServiceAccount", "a")
    account.rename("namespace", "prod", Path("kustomization.yaml"), 1)
    binding = resource("RoleBinding", "b", subjects=[{"kind": "ServiceAccount", "name": "a"}])
    follow([account, binding])
    assert binding.content["subjects"][0]["namespace"] == "prod"


@pytest.mark.parametrize(
    ("kind", "told", "name"),
    [
        ("HorizontalPodAutoscaler", set(), "new"),
        ("ScaledObject", set(), "old"),
        ("ScaledObject", {"ScaledObject"}, "new"),
        ("ScaledObject", {""}, "new"),
        ("VerticalPodAutoscaler", {"ScaledObject"}, "old"),
    ],
)
def test_kustomize_knows_the_targets_of_one_kind_of_scaler(
    kind: str, told: set[str], name: str
) -> None:
    target = {"kind": "Deployment", "name": "old"}
    scaler = resource(kind, "a", spec={"scaleTargetRef": target})
    follow([renamed("Deployment"), scaler], frozenset(told))
    assert scaler.content["spec"]["scaleTargetRef"]["name"] == name
