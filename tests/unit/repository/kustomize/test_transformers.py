"""Changes that a kustomization makes in all objects."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scaffolder.repository.kustomize import transformers
from scaffolder.repository.kustomize.resource import Resource
from scaffolder.repository.kustomize.sourced import copied
from scaffolder.repository.kustomize.transformers import Source

FILE, KUSTOMIZATION = Path("a.yaml"), Path("kustomization.yaml")


def resource(kind: str = "Deployment", name: str = "shop", **more: Any) -> Resource:
    api = "apps/v1" if kind == "Deployment" else "v1"
    content = {"apiVersion": api, "kind": kind, "metadata": {"name": name}, **more}
    return Resource(content=copied(content, FILE), path=FILE)


def source(**table: Any) -> Source:
    return Source(file=KUSTOMIZATION, table=table)


@pytest.mark.parametrize(
    ("kind", "name", "namespace"),
    [("Service", "shop", "prod"), ("ClusterRole", "shop", ""), ("Namespace", "prod", "")],
)
def test_objects_move_to_the_namespace(kind: str, name: str, namespace: str) -> None:
    one = resource(kind)
    transformers.set_namespace([one], source(namespace="prod"))
    assert (one.name, one.namespace) == (name, namespace)


@pytest.mark.parametrize(("kind", "name"), [("Service", "eu-shop-1"), ("Namespace", "shop")])
def test_names_get_a_prefix_and_a_suffix(kind: str, name: str) -> None:
    one = resource(kind)
    transformers.set_names([one], source(namePrefix="eu-", nameSuffix="-1"))
    assert one.name == name


def test_without_a_setting_nothing_changes() -> None:
    one = resource()
    for act in (
        transformers.set_names,
        transformers.set_namespace,
        transformers.set_labels,
        transformers.set_images,
    ):
        act([one], source())
    assert one.names == [("", "shop")]
    assert "labels" not in one.content["metadata"]


POD = {
    "template": {"metadata": {}, "spec": {"containers": [{"name": "a", "image": "team/shop:1"}]}}
}


def test_common_labels_are_in_selectors_and_labels_only_if_asked() -> None:
    one, other = resource(spec=dict(POD)), resource(spec=dict(POD))
    transformers.set_labels([one], source(commonLabels={"team": "a"}))
    transformers.set_labels([other], source(labels=[{"pairs": {"team": "a"}}]))
    assert one.content["spec"]["selector"]["matchLabels"] == {"team": "a"}
    assert one.content["spec"]["template"]["metadata"]["labels"] == {"team": "a"}
    assert other.content["metadata"]["labels"] == {"team": "a"}
    assert "selector" not in other.content["spec"]


def test_annotations_are_those_of_pods_too() -> None:
    one = resource(spec=dict(POD))
    transformers.set_annotations([one], source(commonAnnotations={"a": "b"}))
    assert one.content["metadata"]["annotations"] == {"a": "b"}
    assert one.content["spec"]["template"]["metadata"]["annotations"] == {"a": "b"}


@pytest.mark.parametrize(("name", "replicas"), [("shop", 3), ("web", 1)])
def test_replicas_are_set_by_name(name: str, replicas: int) -> None:
    one = resource(spec={"replicas": 1})
    transformers.set_replicas([one], source(replicas=[{"name": name, "count": 3}]))
    assert one.content["spec"]["replicas"] == replicas


@pytest.mark.parametrize(
    ("entry", "image"),
    [
        ({"name": "team/shop", "newTag": "2"}, "team/shop:2"),
        ({"name": "team/shop", "newName": "x/y"}, "x/y:1"),
        ({"name": "team/shop", "digest": "sha256:ab"}, "team/shop@sha256:ab"),
        ({"name": "shop", "newTag": "2"}, "team/shop:1"),
    ],
)
def test_images_are_changed_by_their_name(entry: dict[str, str], image: str) -> None:
    one = resource(spec=dict(POD))
    transformers.set_images([one], source(images=[entry]))
    assert one.content["spec"]["template"]["spec"]["containers"][0]["image"] == image
