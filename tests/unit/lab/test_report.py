"""The state of the students of a room, read from their folders."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from scaffolder.lab.report import read


def handed_in(root: Path, student: str, **progress: Any) -> Path:
    place = root / student / "lab-work"
    place.mkdir(parents=True)
    known = {"started": "2026-11-02T09:00:00+00:00", **progress}
    text = json.dumps({"format": 1, "current": "drift", "exercises": {"drift": known}})
    (place / "lab.json").write_text(text)
    return root / student


def red(minute: int, *titles: str) -> dict[str, Any]:
    return {"at": f"2026-11-02T09:{minute:02}:00+00:00", "green": 1, "red": list(titles)}


def test_a_row_has_the_state_of_a_student(tmp_path: Path) -> None:
    folder = handed_in(tmp_path, "ant", checks=[red(4, "Prod"), red(9, "Prod")], hints=2)
    (row,) = read([folder]).rows
    assert (row.student, row.unit, row.checks, row.hints, row.stuck) == (
        "ant",
        "drift",
        2,
        2,
        "Prod",
    )


def test_the_folder_of_the_labs_may_be_named_itself(tmp_path: Path) -> None:
    folder = handed_in(tmp_path, "ant", checks=[red(4)])
    assert [row.student for row in read([folder / "lab-work"]).rows] == ["ant"]


def test_a_room_is_stuck_at_the_criterion_of_most(tmp_path: Path) -> None:
    folders = [
        handed_in(tmp_path, "ant", checks=[red(4, "Prod")]),
        handed_in(tmp_path, "bee", checks=[red(4, "Rule"), red(5, "Rule")]),
        handed_in(tmp_path, "cat", checks=[red(4, "Prod")]),
        handed_in(tmp_path, "dog", checks=[red(4, "Prod"), red(5)], done=True),
    ]
    assert read(folders).stuck == (("drift", "Prod", 2), ("drift", "Rule", 1))


def test_a_folder_without_a_state_is_named_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "elk").mkdir()
    (tmp_path / "elk/lab.json").write_text("{}")
    room = read([tmp_path / "elk"])
    assert room.rows == ()
    assert [student for student, _ in room.unreadable] == ["elk"]
