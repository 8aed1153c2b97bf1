"""The day on which versions and waivers are judged: that of the run, or of SCAFFOLD_TODAY."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from support import ScriptedToolchain, written

from scaffolder import checks
from scaffolder.errors import AnswersError
from scaffolder.model import Severity


def severities(root: Path, *, today: datetime.date | None = None) -> set[Severity]:
    """How bad it is that Python 3.10 ends on 2026-10-31."""
    project = written(root, {".python-version": "3.10\n"})
    chosen = checks.choose(select=["EOL001"], ignore=[], today=today)
    report = checks.run(project, chosen, ScriptedToolchain({}))
    return {finding.severity for finding in report.results[0].findings}


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-01-01", set()),
        ("2026-10-01", {Severity.WARNING}),
        ("2031-01-01", {Severity.ERROR}),
    ],
)
def test_the_variable_stands_for_the_day_of_the_run(
    day: str, expected: set[Severity], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(checks.DAY_VARIABLE, day)
    assert severities(tmp_path) == expected


def test_a_caller_that_names_the_day_is_not_overruled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(checks.DAY_VARIABLE, "2031-01-01")
    assert severities(tmp_path, today=datetime.date(2026, 1, 1)) == set()


def test_without_the_variable_it_is_the_day_of_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(checks.DAY_VARIABLE)
    assert severities(tmp_path) == severities(tmp_path, today=datetime.date.today())


@pytest.mark.parametrize("day", ["tomorrow", "2026-13-01", "22.11.2026", " "])
def test_a_variable_that_is_no_date_is_bad_usage(day: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(checks.DAY_VARIABLE, day)
    with pytest.raises(AnswersError, match="is not a date") as raised:
        checks.every()
    assert raised.value.hint == "SCAFFOLD_TODAY=2026-11-22"
