"""The mark of what runs for the course."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffolder.errors import ProjectError
from scaffolder.lab.running import end, held


def test_two_things_do_not_run_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    with held(folder, "the chat"), pytest.raises(ProjectError), held(folder, "another"):
        pass
    with held(folder, "the chat"):
        pass


def test_nothing_that_runs_is_ended(tmp_path: Path) -> None:
    assert end(tmp_path) == ""


@pytest.mark.parametrize("text", ["", "12345678 the chat", "x y"])
def test_a_mark_that_was_left_is_removed(text: str, tmp_path: Path) -> None:
    (tmp_path / ".running").write_text(text)
    assert end(tmp_path) == ""
    assert list(tmp_path.iterdir()) == []
