"""The folder of a lab after a start that was killed."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffolder.lab import course, lab
from scaffolder.lab.work import FOLDER


def test_a_start_that_was_killed_is_no_hindrance(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    left = tmp_path / FOLDER / ".start-abc/works-on-my-machine"
    left.mkdir(parents=True)
    course.start(FOLDER, lab.required("1"), track="python")
    kept = sorted(entry.name for entry in FOLDER.iterdir())
    assert kept == [".works-on-my-machine", "lab.json", "works-on-my-machine"]
