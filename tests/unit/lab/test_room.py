"""A trainer's files: the report of a room, a bundle for one without a network, and the page."""

from __future__ import annotations

import re

from scaffolder.lab import exercise, lab
from tools import lab_pages


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


def test_the_readme_counts_the_exercises() -> None:
    readme = (lab_pages.PAGE.parent.parent / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"(\d+) exercises", readme) == [str(len(exercise.every()))]


def test_the_documents_say_how_long_a_lab_takes() -> None:
    minutes = sorted(file.document["minutes"] for file in lab.every())
    for name in ("lab.md", "weekend-alone.md"):
        page = (lab_pages.PAGE.parent / name).read_text(encoding="utf-8")
        assert f"takes {minutes[0]} to {minutes[-1]} minutes" in page


def test_the_plan_of_two_hours_is_on_one_page() -> None:
    pages = lab_pages.PAGE.parent.glob("*.md")
    assert [page.name for page in pages if "| 8\u201322 |" in page.read_text(encoding="utf-8")] == [
        "two-hour-class.md"
    ]
