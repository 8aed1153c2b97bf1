"""Reports: the whole document for one run that has everything in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from reported import HOSTILE, REPORT

from scaffolder import report
from scaffolder.errors import DestinationError
from scaffolder.model import (
    Location,
    visible,
)


def test_every_format_has_a_writer_and_is_text_that_utf_8_can_hold() -> None:
    for form in report.FORMATS:
        assert report.write(HOSTILE, form).encode()


def test_a_report_is_saved_whole_or_not_at_all(tmp_path: Path) -> None:
    file = tmp_path / "report.xml"
    file.write_text("old", encoding="utf-8")
    report.save(REPORT, "junit", file)
    assert file.read_text(encoding="utf-8") == report.write(REPORT, "junit") + "\n"
    assert [one.name for one in tmp_path.iterdir()] == ["report.xml"]
    with pytest.raises(DestinationError, match="cannot be written: No such file or directory"):
        report.save(REPORT, "junit", tmp_path / "absent" / "report.xml")


def test_what_a_terminal_obeys_is_shown_instead() -> None:
    assert visible("a\x1b[31m\x9b\ud800\u202e\tb\nc") == "a\\x1b[31m\\x9b\\ud800\\u202e\tb\nc"
    assert str(Location(path=Path("a\nb\x07"), line=1)) == "a\\nb\\x07:1"
