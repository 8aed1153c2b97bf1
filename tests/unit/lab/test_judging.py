"""Answers of a lab, as they are meant."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from scaffolder.lab import (
    judging,
    lab,
    runtimes,
)
from scaffolder.lab.judge import Light
from scaffolder.lab.lab import Lab, LabCriterion
from scaffolder.lab.place import Place
from scaffolder.lab.scene import Scene
from scaffolder.template import manifest
from scaffolder.template.manifest import Entry
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
        ("- unseen\n", Light.RED, "ANSWERS.yml has another form: write `key: value`"),
        ("unseen: [\n", Light.RED, "ANSWERS.yml:2 is not valid YAML: write `key: value`"),
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


def test_a_file_that_is_missing_is_named_as_missing(place: Place) -> None:
    (place.root / "a.md").write_text("a\n")
    held = judged(scene(place), "holds", file="docs/a.md", text="a")
    assert (held.light, held.reason) == (Light.RED, "docs/a.md is missing")
    stays = judged(scene(place, started={"docs/a.md": "1"}), "unchanged", file="docs/a.md")
    assert stays.reason == "docs/a.md is missing, and it has to stay as it was"


@pytest.mark.parametrize(
    ("text", "light", "reason"),
    [
        (None, Light.RED, "docs/slo.md is missing"),
        ("SLO\n", Light.RED, "docs/slo.md differs from what the answers of the repository give"),
        ("# Objectives\n", Light.GREEN, ""),
    ],
)
def test_a_file_counts_if_the_answers_give_it(
    place: Place, text: str | None, light: Light, reason: str, tmp_path: Path
) -> None:
    class Given(Scene):
        @property
        def generated(self) -> Mapping[Path, Entry]:
            return {Path("docs/slo.md"): manifest.entry(tmp_path / "given.md")}

    (tmp_path / "given.md").write_text("# Objectives\n")
    if text:
        (place.root / "docs").mkdir()
        (place.root / "docs/slo.md").write_text(text)
    outcome = judged(scene(place, Given), "generated", file="docs/slo.md")
    assert (outcome.light, outcome.reason) == (light, reason)
    (place.root / "sign.sh").write_text("cosign\n")
    by_hand = judged(scene(place, Given), "generated", file="sign.sh")
    assert by_hand.reason.startswith("sign.sh was written by hand")


FIRST = lab.required("works-on-my-machine")


@pytest.mark.parametrize(
    "form", [pytest.param(form, id="-".join(form.values())) for form in FIRST.forms]
)
@pytest.mark.parametrize("key", ["image", "stated"])
def test_a_runtime_that_is_missing_is_cannot_tell_or_a_smaller_check(
    key: str, form: Mapping[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Bringing(Scene):
        image_version = form[key]

    monkeypatch.setattr(runtimes, "find", lambda *_: None)
    where = Place(folder=tmp_path, lab=FIRST.of(form))
    outcome = judged(scene(where, Bringing), "serves", path="/receipt")
    how = runtimes.how_to_get(form["track"], form[key])
    name = runtimes.NAMES[form["track"]]
    missing = f"{name} {form[key]} is not installed: {how}"
    if key == "image":
        assert outcome == judging.Outcome(light=Light.CANNOT_TELL, reason=missing)
    else:
        reason = f"the image brings what the service is written for; {missing}"
        assert outcome == judging.Outcome(light=Light.GREEN, reason=reason, form="reduced")
