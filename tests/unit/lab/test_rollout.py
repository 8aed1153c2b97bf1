"""Releases of a lab."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffolder.errors import ProjectError
from scaffolder.lab import (
    rollout,
)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("processes: 5\none-at-a-time: true\nask-readiness: true\n", "a number from 1 to 4"),
        ("processes: 0\none-at-a-time: true\nask-readiness: true\n", "a number from 1 to 4"),
        ("processes: true\none-at-a-time: true\nask-readiness: true\n", "a number from 1 to 4"),
        ("processes: 2\none-at-a-time: 1\nask-readiness: true\n", "must be true or false"),
        ("processes: 2\nask-readiness: true\n", "grow.yml cannot be read: 'one-at-a-time'"),
        ("[]", "grow.yml cannot be read"),
        ("processes: [", "grow.yml cannot be read"),
    ],
)
def test_how_to_release_is_read_or_refused(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "grow.yml").write_text(text)
    with pytest.raises(ProjectError, match=says):
        rollout.read(tmp_path)


def test_how_to_release_is_three_lines(tmp_path: Path) -> None:
    (tmp_path / "grow.yml").write_text("processes: 2\none-at-a-time: yes\nask-readiness: no\n")
    plan = rollout.read(tmp_path)
    assert plan == rollout.Plan(processes=2, one_at_a_time=True, ask_readiness=False)
