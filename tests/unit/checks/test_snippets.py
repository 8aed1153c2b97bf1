"""Lines around each place that a finding names."""

from __future__ import annotations

from pathlib import Path

import pytest
from reported import check
from support import written

from scaffolder.checks.snippets import WIDEST, around
from scaffolder.model import Finding, Location, Outcome, Result

TEXT = "".join(f"line {number}\n" for number in range(1, 11))


def result(line: int, name: str = "DK001", file: str = "a.txt", related: int = 0) -> Result:
    also = (Location(path=Path("a.txt"), line=related, text="x"),) if related else ()
    finding = Finding(path=Path(file), line=line, message="x", related=also)
    return Result(check=check(name, "x"), outcome=Outcome.FAILED, findings=(finding,))


@pytest.mark.parametrize(("line", "first", "last"), [(5, 3, 7), (1, 1, 3), (2, 1, 4), (10, 8, 10)])
def test_two_lines_before_and_after_are_shown(
    line: int, first: int, last: int, tmp_path: Path
) -> None:
    ((place, snippet),) = around(written(tmp_path, {"a.txt": TEXT}), [result(line)]).items()
    assert (place.path, place.line) == (Path("a.txt"), line)
    assert snippet.first == first
    assert snippet.lines == tuple(f"line {number}" for number in range(first, last + 1))


@pytest.mark.parametrize(
    "one",
    [result(0), result(5, file="missing.txt"), result(5, name="SEC001"), result(20)],
    ids=["a whole file", "a missing file", "a secret", "beyond the end"],
)
def test_some_places_have_no_lines(one: Result, tmp_path: Path) -> None:
    assert around(written(tmp_path, {"a.txt": TEXT}), [one]) == {}


def test_related_places_are_shown_and_long_lines_cut(tmp_path: Path) -> None:
    project = written(tmp_path, {"a.txt": TEXT + "x" * 1000 + "\n"})
    found = around(project, [result(5, related=11)])
    assert {place.line for place in found} == {5, 11}
    assert max(len(line) for snippet in found.values() for line in snippet.lines) == WIDEST
