"""Objects on their way through a kustomization, and the targets that select them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scaffolder.repository.kustomize.resource import Resource
from scaffolder.repository.kustomize.sourced import copied

FILE = Path("a.yaml")
CONTENT = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "shop", "labels": {"app": "shop", "tier": "web"}},
}


def resource() -> Resource:
    return Resource(content=copied(CONTENT, FILE), path=FILE)


def test_an_object_is_known_by_its_parts() -> None:
    one = resource()
    assert (one.kind, one.group, one.version, one.name, one.namespace) == (
        "Deployment",
        "apps",
        "v1",
        "shop",
        "",
    )
    core = Resource(content=copied({"apiVersion": "v1", "kind": "Pod"}, FILE), path=FILE)
    assert (core.group, core.version, core.name) == ("", "v1", "")


def test_an_object_remembers_its_names() -> None:
    one = resource()
    one.rename("name", "eu-shop", Path("k.yaml"), 3)
    one.rename("namespace", "prod", Path("k.yaml"), 4)
    assert (one.name, one.namespace) == ("eu-shop", "prod")
    assert one.was_called("shop")
    assert one.was_called("eu-shop")
    assert not one.was_called("web")
    assert one.content["metadata"].lines["name"] == 3


@pytest.mark.parametrize(
    ("target", "fits"),
    [
        ({}, True),
        ({"kind": "Deployment"}, True),
        ({"kind": "Deploy"}, False),
        ({"kind": "Deploy.*"}, True),
        ({"name": "shop", "group": "apps", "version": "v1"}, True),
        ({"name": "sho"}, False),
        ({"name": "[shop"}, False),
        ({"namespace": "default"}, True),
        ({"namespace": "prod"}, False),
        ({"labelSelector": "app=shop"}, True),
        ({"labelSelector": "app=shop,tier!=web"}, False),
        ({"labelSelector": "tier,!team"}, True),
        ({"labelSelector": "!tier"}, False),
        ({"annotationSelector": "a=b"}, False),
    ],
)
def test_a_target_selects_objects(target: dict[str, Any], *, fits: bool) -> None:
    assert resource().fits(target) is fits
