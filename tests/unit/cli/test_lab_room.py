"""The report of a room: a line for each student."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scaffolder import cli
from scaffolder.errors import ExitCode


def handed_in(folder: Path, name: str, **progress: Any) -> Path:
    place = folder / name / "lab-work"
    place.mkdir(parents=True)
    known = {"started": "2026-11-02T09:00:00+00:00", **progress}
    document = {"format": 1, "current": "drift", "exercises": {"drift": known}}
    (place / "lab.json").write_text(json.dumps(document))
    return folder / name


def red(minute: int, *titles: str) -> dict[str, Any]:
    return {"at": f"2026-11-02T09:{minute:02}:00+00:00", "green": 1, "red": list(titles)}


@pytest.fixture
def room(tmp_path: Path) -> list[str]:
    folders = [
        handed_in(tmp_path, "ant", checks=[red(4, "Prod"), red(9)], hints=1, done=True),
        handed_in(tmp_path, "bee", checks=[red(5, "Prod", "Rule"), red(8, "Prod")], hints=2),
        handed_in(tmp_path, "cat", checks=[red(5, "Prod")]) / "lab-work",
        tmp_path / "dog",
        tmp_path / "elk",
    ]
    (tmp_path / "dog").mkdir()
    (tmp_path / "elk").mkdir()
    (tmp_path / "elk/lab.json").write_text("{}")
    return [str(one) for one in folders]


REPORT = """\
student              lab                          state                   min hints  red most often
ant                  drift                        done                      9     1  Prod
bee                  drift                        working                         2  Prod
cat                  drift                        working                         0  Prod
dog                  nothing started
elk                  PLACE/lab.json cannot be read: 'format'
2 of 3 are red at 'Prod' of drift
"""


def test_a_line_for_each_student(room: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["lab", "report", *room]) == ExitCode.CLEAN
    assert capsys.readouterr().out.replace(room[4], "PLACE") == REPORT


def test_the_same_for_programs(room: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["lab", "report", *room, "--format", "json"]) == ExitCode.CLEAN
    document = json.loads(capsys.readouterr().out)
    assert [row["minutes"] for row in document["rows"]] == [9, None, None]
    assert document["stuck"] == [{"unit": "drift", "criterion": "Prod", "students": 2}]
    assert [one["student"] for one in document["unreadable"]] == ["dog", "elk"]
