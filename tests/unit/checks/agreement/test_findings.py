"""Findings of the family: both places, the files that were not read, each finding once."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffolder.checks.agreement.findings import disagreement, distinct, limit_of
from scaffolder.model import Location, Severity
from scaffolder.repository.facts import Unread


def place(line: int, file: str = "a.yaml") -> Location:
    return Location(path=Path(file), line=line, text="x")


def test_a_disagreement_shows_both_places() -> None:
    one = disagreement(place(1), "wrong", place(2), fix="write 2")
    assert (one.path, one.line, one.message, one.fix) == (Path("a.yaml"), 1, "wrong", "write 2")
    assert one.related == (place(2),)
    assert one.severity is Severity.ERROR


def test_several_right_places_are_shown_once_each() -> None:
    right = [place(2), place(3), place(2)]
    assert disagreement(place(1), "x", right, fix="y").related == (place(2), place(3))


@pytest.mark.parametrize(("number", "ending"), [(1, "0.tf"), (3, "2.tf"), (5, "and 2 more")])
def test_files_that_were_not_read_are_a_limit(number: int, ending: str) -> None:
    unread = [Unread(path=Path(f"{one}.tf"), line=0, reason="") for one in range(number)]
    limit = limit_of([*unread, *unread])
    assert ending in limit
    assert ("more" in limit) is (number > 3)


def test_nothing_unread_is_no_limit() -> None:
    assert limit_of([]) == ""


def test_each_finding_is_there_once() -> None:
    one, other = (disagreement(place(line), "x", fix="y") for line in (1, 2))
    assert distinct([one, other, one]) == (one, other)
