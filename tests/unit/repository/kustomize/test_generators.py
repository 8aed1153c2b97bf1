"""ConfigMaps and Secrets that a kustomization makes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support import written

from scaffolder.repository.kustomize.generators import generate, named_files
from scaffolder.repository.kustomize.resource import Resource
from scaffolder.repository.kustomize.transformers import Source
from scaffolder.repository.reading import Unread

FILE = Path("k8s/kustomization.yaml")


def made(root: Path, *tables: dict[str, Any]) -> list[Resource]:
    project = written(root, {"k8s/a.properties": "x=1\n", "k8s/b.env": "# c\nA=1\nB=2\n"})
    resources: list[Resource] = []
    missing: list[Unread] = []
    for table in tables:
        generate(project, Source(file=FILE, table=table), resources, missing)
    return resources


@pytest.mark.parametrize(
    ("entry", "data"),
    [
        ({"literals": ["a=1", "b=2=3"]}, {"a": "1", "b": "2=3"}),
        ({"files": ["a.properties"]}, {"a.properties": "x=1\n"}),
        ({"files": ["c=a.properties"]}, {"c": "x=1\n"}),
        ({"envs": ["b.env"]}, {"A": "1", "B": "2"}),
        ({}, {}),
    ],
)
def test_a_config_map_has_its_data(
    entry: dict[str, Any], data: dict[str, str], tmp_path: Path
) -> None:
    (one,) = made(tmp_path, {"configMapGenerator": [{"name": "settings", **entry}]})
    assert (one.kind, one.name) == ("ConfigMap", "settings")
    assert dict(one.content.get("data") or {}) == data


def test_a_secret_has_texts_as_they_are(tmp_path: Path) -> None:
    (one,) = made(tmp_path, {"secretGenerator": [{"name": "s", "literals": ["a=1"]}]})
    assert (one.kind, dict(one.content["stringData"])) == ("Secret", {"a": "1"})


@pytest.mark.parametrize(
    ("behavior", "data"), [("merge", {"a": "1", "b": "2"}), ("replace", {"b": "2"})]
)
def test_an_overlay_changes_the_map_of_its_base(
    behavior: str, data: dict[str, str], tmp_path: Path
) -> None:
    base = {"configMapGenerator": [{"name": "s", "literals": ["a=1"]}]}
    more = {"configMapGenerator": [{"name": "s", "behavior": behavior, "literals": ["b=2"]}]}
    (one,) = made(tmp_path, base, more)
    assert dict(one.content["data"]) == data


@pytest.mark.parametrize("entry", [{"literals": ["a=1"]}, "settings"])
def test_an_entry_without_a_name_makes_nothing(entry: Any, tmp_path: Path) -> None:
    assert made(tmp_path, {"configMapGenerator": [entry]}) == []


def test_files_of_generators_are_named(tmp_path: Path) -> None:
    table = {
        "configMapGenerator": [{"name": "a", "files": ["c=a.properties"], "envs": ["b.env"]}, "x"]
    }
    found = named_files(written(tmp_path, {}), FILE, table)
    assert set(found) == {Path("k8s/a.properties"), Path("k8s/b.env")}
