"""The cloud of a lab: changes by hand, and differences to the code."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from scaffolder.errors import ProjectError
from scaffolder.lab import (
    cloud,
    judging,
    lab,
)
from scaffolder.lab.judge import Light
from scaffolder.lab.lab import Lab, LabCriterion
from scaffolder.lab.place import Place
from scaffolder.lab.scene import Scene
from scaffolder.tools.rehearsal.cloud import Cloud, CloudObject
from scaffolder.tools.toolchain import SystemToolchain


def drift() -> Lab:
    found = lab.required("drift")
    return found.of(found.forms[0])


@pytest.fixture
def place(tmp_path: Path) -> Place:
    where = Place(folder=tmp_path, lab=drift())
    where.root.mkdir()
    where.side.mkdir()
    made = Cloud()
    for name, owner in (("a", "env prod"), ("b", "env qa")):
        values = {"size": 1, "block": [{"open": False, "kept": 2}]}
        made.put(CloudObject(type="t", id=name, owner=owner, region="r", values=values))
    made.save(where.cloud)
    return where


def judged(scene: Scene, kind: str, **values: Any) -> judging.Outcome:
    criterion = LabCriterion(id="c", kind=kind, title="t", values=values)
    verdict = judging.verdict(criterion, scene)
    return judging.Outcome(light=verdict.light, reason=verdict.reason, form=verdict.form)


def scene(place: Place, kind: type[Scene] = Scene, started: Mapping[str, str] | None = None) -> Any:
    return kind(place, started or {}, SystemToolchain())


def test_an_object_is_changed_by_hand(place: Place) -> None:
    cloud.change(place, "t", "a*", {"size": 3, "block": {"open": True}})
    found = cloud.objects(place, "prod")
    assert [one.values for one in found] == [{"size": 3, "block": [{"open": True, "kept": 2}]}]


def test_what_is_added_belongs_to_no_code_and_can_be_deleted(place: Place) -> None:
    cloud.add(place, "rule", "sgr-1", {"port": 22})
    first = cloud.objects(place)[0]
    assert (first.id, first.owner) == ("sgr-1", cloud.BY_HAND)
    assert judged(scene(place), "absent", id_of="sgr-1").light is Light.RED
    assert cloud.delete(place, "sgr-1").type == "rule"
    assert judged(scene(place), "absent", id_of="sgr-1").light is Light.GREEN


@pytest.mark.parametrize("name", ["", "ab", "A"])
def test_what_is_not_in_the_cloud_cannot_be_deleted(place: Place, name: str) -> None:
    with pytest.raises(ProjectError, match="the cloud has no object"):
        cloud.delete(place, name)


def test_a_difference_is_named_down_to_the_attribute(place: Place) -> None:
    code = cloud.load(place)
    cloud.change(place, "t", "a", {"size": 3, "block": {"open": True}})
    cloud.add(place, "rule", "sgr-1", {"port": 22})
    assert list(cloud.differences(cloud.load(place), code)) == [
        cloud.Difference(id="a", name="block.open", cloud=True, code=False),
        cloud.Difference(id="a", name="size", cloud=3, code=1),
    ]


def test_a_list_of_several_is_one_value(place: Place) -> None:
    code = cloud.load(place)
    cloud.change(place, "t", "b", {"block": [{"open": False}, {"open": True}], "new": "x"})
    found = list(cloud.differences(cloud.load(place), code))
    assert [(one.name, one.code) for one in found] == [
        ("block", [{"open": False, "kept": 2}]),
        ("new", None),
    ]


def test_an_environment_without_objects_is_not_there(place: Place) -> None:
    outcome = judged(scene(place), "applied", environment="dev")
    assert (outcome.light, outcome.reason) == (Light.RED, "dev does not exist in the cloud")
