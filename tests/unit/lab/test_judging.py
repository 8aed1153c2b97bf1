"""Answers of a lab, as they are meant."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from scaffolder.lab import (
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


@pytest.mark.parametrize(
    ("text", "light", "reason"),
    [
        ("", Light.RED, "ANSWERS.yml has no answer for unseen"),
        ("unseen:\n", Light.RED, "ANSWERS.yml has no answer for unseen"),
        ("- unseen\n", Light.RED, "ANSWERS.yml has no answer for unseen"),
        ("unseen: [\n", Light.RED, "ANSWERS.yml has no answer for unseen"),
        ("unseen: x\n", Light.RED, "ANSWERS.yml: unseen: x is not it"),
        ("unseen: SGR-1\n", Light.GREEN, ""),
        ("unseen: ' sgr-2 '\n", Light.GREEN, ""),
    ],
)
def test_an_answer_is_read_as_it_is_meant(
    place: Place, text: str, light: Light, reason: str
) -> None:
    (place.root / "ANSWERS.yml").write_text(text)
    outcome = judged(scene(place), "answer", key="unseen", value="sgr-1|sgr-2")
    assert (outcome.light, outcome.reason) == (light, reason)
