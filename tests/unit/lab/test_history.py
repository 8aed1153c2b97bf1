"""The history of deployments of a lab."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from scaffolder.errors import ProjectError
from scaffolder.lab import (
    deployment,
    history,
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


def lab_with_files(tmp_path: Path, name: str, files: dict[str, str]) -> Place:
    found = lab.required(name)
    where = Place(folder=tmp_path, lab=found.of(found.forms[0]))
    where.side.mkdir()
    for file, text in files.items():
        (where.root / file).parent.mkdir(parents=True, exist_ok=True)
        (where.root / file).write_text(text)
    return where


def test_what_is_deployed_is_a_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    where = lab_with_files(Path(), "7", {"a.txt": "41\n"})  # as lab-work, a relative folder
    with SystemToolchain() as toolchain:
        history.commit(where.root, "Release 41", toolchain)
        (where.root / "a.txt").write_text("42\n")
        history.commit(where.root, "Release 42", toolchain)
        assert deployment.revision(where, "prod") == ""
        last = deployment.deploy(where, "prod", "HEAD", toolchain)
        assert deployment.revision(where, "prod") == last
        first = deployment.deploy(where, "prod", "HEAD~1", toolchain)
        assert first == deployment.deploy(where, "prod", "Release 41", toolchain)
        with pytest.raises(ProjectError, match="unknown commit 'HEAD~9'"):
            deployment.deploy(where, "prod", "HEAD~9", toolchain)
    assert (deployment.folder(where, "prod") / "a.txt").read_text() == "41\n"


@pytest.mark.parametrize(
    ("given", "light"), [("", Light.RED), ("abc", Light.RED), ("{}", Light.GREEN)]
)
def test_a_commit_is_named_by_seven_characters(tmp_path: Path, given: str, light: Light) -> None:
    where = lab_with_files(tmp_path, "5", {"a.txt": "1\n"})
    with SystemToolchain() as toolchain:
        history.commit(where.root, "Wrong", toolchain)
        name = history.find(where.root, "Wrong", toolchain)
    (where.root / "ANSWERS.yml").write_text(f"commit: '{given.format(name[:7].upper())}'\n")
    outcome = judged(scene(where), "named-commit", key="commit", message="Wrong")
    assert outcome.light is light
