"""Alarms of a lab."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from scaffolder.errors import ToolMissing
from scaffolder.lab import (
    judging,
    lab,
)
from scaffolder.lab.alarm import Alarm
from scaffolder.lab.judge import Light
from scaffolder.lab.lab import Lab, LabCriterion
from scaffolder.lab.place import Place
from scaffolder.lab.scene import Scene
from scaffolder.tools.rehearsal.cloud import Cloud, CloudObject
from scaffolder.tools.toolchain import SystemToolchain


class Watched(Scene):
    """A lab whose alarm is known."""

    alarm = Alarm(called=None, over=None, messages=0, requests=0, failed=0, runbook=False)


class Unwatched(Scene):
    """A lab on a machine without Prometheus."""

    @property
    def alarm(self) -> Alarm:
        raise ToolMissing("prometheus is not installed", hint="apt install prometheus")


def alarm(**changed: Any) -> Alarm:
    known: dict[str, Any] = {
        "called": 3.0,
        "over": 31.0,
        "messages": 2,
        "requests": 90,
        "failed": 18,
        "runbook": True,
    }
    return Alarm(**{**known, **changed})


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
    ("found", "light", "reason"),
    [
        (alarm(), Light.GREEN, "the team was called 3.0 s after the fault"),
        (alarm(called=None, messages=0), Light.RED, "no message in 30 s, while 18 of 90"),
        (alarm(called=None), Light.RED, "a message came and called no one in 30 s"),
        (alarm(runbook=False), Light.RED, "does not name an action"),
        (alarm(called=None, late="too busy"), Light.CANNOT_TELL, "too busy"),
        (alarm(late="too busy"), Light.CANNOT_TELL, "too busy"),
        (alarm(over=None, end_late="too busy"), Light.GREEN, "the team was called 3.0 s"),
    ],
)
def test_a_call_is_urgent_and_says_what_to_do(
    place: Place, found: Alarm, light: Light, reason: str
) -> None:
    watched = scene(place, Watched)
    watched.alarm = found
    outcome = judged(watched, "chat-rings")
    assert outcome.light is light
    assert reason in outcome.reason


@pytest.mark.parametrize(
    ("found", "light", "reason"),
    [
        (alarm(), Light.GREEN, "the end was told 31.0 s after the fix"),
        (alarm(over=None), Light.RED, "the end was not told within 90 s"),
        (alarm(called=None, over=None), Light.RED, "the team was not called"),
    ],
)
def test_the_end_is_told_too(place: Place, found: Alarm, light: Light, reason: str) -> None:
    watched = scene(place, Watched)
    watched.alarm = found
    outcome = judged(watched, "chat-resolves")
    assert outcome.light is light
    assert reason in outcome.reason


@pytest.mark.parametrize("kind", ["chat-rings", "chat-resolves"])
def test_without_a_program_it_cannot_be_told(place: Place, kind: str) -> None:
    outcome = judged(scene(place, Unwatched), kind)
    assert outcome.light is Light.CANNOT_TELL
    assert outcome.reason == "prometheus is not installed: apt install prometheus"
