"""Steps of a lab: each kind acts on its repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffolder.lab.lab import Step, every
from scaffolder.lab.place import Place
from scaffolder.lab.steps import KINDS, carry_out
from scaffolder.tools.toolchain import SystemToolchain


@pytest.fixture
def place(tmp_path: Path) -> Place:
    lab_file = every()[0]
    made = Place(folder=tmp_path, lab=lab_file.of(lab_file.forms[0]))
    made.root.mkdir()
    (made.root / "a.txt").write_text("one\ntwo\n")
    return made


def edit(old: str, new: str) -> Step:
    return Step(kind="edit", values={"file": "a.txt", "old": old, "new": new})


def test_steps_are_carried_out_one_after_the_other(place: Place, tools: SystemToolchain) -> None:
    carry_out(place, [edit("one", "1"), edit("1", "first")], tools)
    assert (place.root / "a.txt").read_text() == "first\ntwo\n"


def test_an_edit_of_another_file_is_refused(place: Place, tools: SystemToolchain) -> None:
    with pytest.raises(ValueError, match=r"a\.txt"):
        carry_out(place, [edit("three", "3")], tools)
    assert (place.root / "a.txt").read_text() == "one\ntwo\n"


def test_an_event_is_recorded(place: Place, tools: SystemToolchain) -> None:
    values = {"at": "2026-11-02T09:00:00+00:00", "event": "alert", "text": "x", "source": "chat"}
    carry_out(place, [Step(kind="record", values=values)], tools)
    assert '"event": "alert"' in (place.root / "records.jsonl").read_text()


def test_the_steps_of_each_lab_are_of_a_known_kind() -> None:
    for lab_file in every():
        lab = lab_file.of(lab_file.forms[0])
        assert {step.kind for step in (*lab.start, *lab.solution, *lab.then)} <= set(KINDS)
