"""The pipeline of a lab."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from scaffolder.lab import (
    judging,
    lab,
    pipeline,
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


def lab_with_files(tmp_path: Path, name: str, files: dict[str, str]) -> Place:
    found = lab.required(name)
    where = Place(folder=tmp_path, lab=found.of(found.forms[0]))
    where.side.mkdir()
    for file, text in files.items():
        (where.root / file).parent.mkdir(parents=True, exist_ok=True)
        (where.root / file).write_text(text)
    return where


def test_a_pipeline_that_builds_once_promotes_one_digest(tmp_path: Path) -> None:
    files = {"Dockerfile": "FROM a\n", "app/src/a.py": "a = 1\n", "README.md": "a\n"}
    where = lab_with_files(tmp_path, "4", files)
    assert judged(scene(where), "one-digest").reason == "the pipeline has not run yet"
    once = pipeline.run(where, builds_again=False)
    assert len(set(once.digests.values())) == once.builds == 1
    outcome = judged(scene(where), "one-digest")
    assert (outcome.light, outcome.form) == (Light.GREEN, "reduced")
    again = pipeline.run(where, builds_again=True)
    assert again.tag == once.tag
    assert again.digests["qa"] == once.digests["qa"] != again.digests["prod"]
    assert "the same tag, and other bytes" in judged(scene(where), "one-digest").reason
    (where.root / "README.md").write_text("b\n")
    assert pipeline.run(where, builds_again=False).digests == once.digests
    (where.root / "app/src/a.py").write_text("a = 2\n")
    changed = pipeline.run(where, builds_again=False)
    assert changed.digests["prod"] not in {*once.digests.values(), *again.digests.values()}
