"""What a trainer gets: the report of a room, a bundle for one without a network, and the page."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from scaffolder import cli
from scaffolder.errors import AnswersError, DestinationError, ExitCode, ToolCrashed
from scaffolder.lab import bundle, lab
from scaffolder.tools.process import CompletedRun
from tools import lab_pages


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


class Pip:
    """pip that writes a small file in place of each package."""

    def __init__(self, exit_code: int = 0) -> None:
        self.exit_code = exit_code
        self.asked: list[tuple[str, ...]] = []

    def __call__(self, words: tuple[str, ...]) -> CompletedRun:
        self.asked.append(words)
        folder = Path(words[words.index("--dest" if "--dest" in words else "--wheel-dir") + 1])
        folder.mkdir(parents=True)
        (folder / "a.whl").write_text(words[-1])
        stderr = "ERROR: no network\n" if self.exit_code else ""
        return CompletedRun(
            argv=words, exit_code=self.exit_code, stdout="", stderr=stderr, seconds=0.0
        )


def test_a_bundle_has_checksums_and_commands(tmp_path: Path) -> None:
    pip = Pip()
    made = bundle.make(tmp_path / "usb", ("node",), Path("scaffolder.whl"), pip)
    assert made.files == (
        "runtimes/node-16/a.whl",
        "runtimes/node-22/a.whl",
        "wheels/a.whl",
    )
    assert pip.asked[0][-1] == "scaffolder.whl[lab]"
    sums = (tmp_path / "usb/SHA256SUMS").read_text().splitlines()
    assert [line.split("  ")[1] for line in sums] == list(made.files)
    install = (tmp_path / "usb/INSTALL.txt").read_text()
    assert "--target lab-work/.programs/node-16 runtimes/node-16/*.whl" in install
    assert all(command in install for command in made.commands)


def test_a_bundle_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full/file").touch()
    wheel = Path("scaffolder.whl")
    with pytest.raises(DestinationError, match="full is not empty"):
        bundle.make(tmp_path / "full", (), wheel, Pip())
    with pytest.raises(AnswersError, match="there is no track 'go'"):
        bundle.make(tmp_path / "new", ("go",), wheel, Pip())
    with pytest.raises(ToolCrashed, match="pip could not get a package: ERROR: no network"):
        bundle.make(tmp_path / "new", (), wheel, Pip(exit_code=1))


def test_the_page_is_what_the_files_of_the_labs_say() -> None:
    assert lab_pages.PAGE.read_text(encoding="utf-8") == lab_pages.text(), "make docs"


def test_the_plan_of_two_hours_has_time_for_each_lab() -> None:
    page = (lab_pages.PAGE.parent / "two-hour-class.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+)\u2013(\d+) \| ([^|]*)", page, re.MULTILINE)
    starts, ends = [int(row[0]) for row in rows], [int(row[1]) for row in rows]
    assert starts == [0, *ends[:-1]]
    assert ends[-1] == 120
    held = {
        number[1]: int(end) - int(start)
        for start, end, text in rows
        if (number := re.match(r"(?:the )?lab (\d)", text))
    }
    needed = {number: lab.required(number).document["minutes"] for number in held}
    assert sorted(held) == ["1", "2", "3", "4", "6", "7"]
    assert [number for number in held if held[number] < needed[number]] == []


def test_the_plan_of_two_hours_is_on_one_page() -> None:
    pages = lab_pages.PAGE.parent.glob("*.md")
    assert [page.name for page in pages if "| 8\u201322 |" in page.read_text(encoding="utf-8")] == [
        "two-hour-class.md"
    ]
