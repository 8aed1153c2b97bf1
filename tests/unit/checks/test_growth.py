"""Twice the services or files is twice the work: calls are counted, so that no clock is needed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

import pytest
from support import ScriptedToolchain

from scaffolder import checks
from scaffolder.errors import ScaffolderError
from scaffolder.model import Blocked, NotApplicable
from scaffolder.repository.project import Project
from tools import scale

FEW = 40
"""Calls in thousands below which a ratio says nothing: what a check does once outweighs the rest."""


class Calls:
    """The number of calls of Python and C functions so far."""

    number = 0

    def count(self, _frame: FrameType, event: str, _argument: object) -> None:
        """Count an event of `sys.setprofile`."""
        self.number += event in {"call", "c_call"}


@contextmanager
def counted() -> Iterator[Calls]:
    calls = Calls()
    sys.setprofile(calls.count)
    try:
        yield calls
    finally:
        sys.setprofile(None)


def work(root: Path, write: Callable[[Path, int], None], size: int) -> dict[str, int]:
    """Return how many calls each check makes on a repository of this size."""
    write(root, size)
    project, tools = Project(root), ScriptedToolchain({})
    done = {}
    for check in checks.choose(select=["AG", "EN", "SY", "SEC", "EOL"], ignore=[]):
        with counted() as calls, suppress(Blocked, NotApplicable, ScaffolderError):
            check.run(project, tools)
        done[check.id] = calls.number
    return done


@pytest.mark.parametrize(
    ("write", "size"),
    [(scale.services, 25), (scale.files, 300)],
    ids=["services", "files"],
)
def test_twice_as_much_is_twice_the_work(
    tmp_path: Path, write: Callable[[Path, int], None], size: int
) -> None:
    work(tmp_path / "warm", write, 3)  # imports, and tables that are read once
    small = work(tmp_path / "small", write, size)
    large = work(tmp_path / "large", write, 2 * size)
    growth = {
        check: round(calls / small[check], 2)
        for check, calls in large.items()
        if calls > FEW * 1000
    }
    assert {check: by for check, by in growth.items() if by > scale.MOST_GROWTH} == {}
    assert sum(large.values()) <= scale.MOST_GROWTH * sum(small.values())


def test_files_of_a_folder_are_found_without_asking_all(tmp_path: Path) -> None:
    scale.services(tmp_path, 3)
    project = Project(tmp_path)
    assert {file.name for file in project.inside(Path("services/s1/k8s"))} == {"app.yaml"}
    assert project.inside(Path("services/s9")) == ()
    assert Path("services/s1") in project.folders
    assert project.named("Chart.yaml") == tuple(Path(f"charts/s{n}/Chart.yaml") for n in range(3))
