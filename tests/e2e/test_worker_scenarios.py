"""Releases of a worker: the generated scripts with real Helm and Terraform against a cluster that enforces.

`make pipelines` runs the whole table. The cluster is the stand-in of `tests/control_plane`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import lab
import pytest
from control_plane.pods import Fate
from lab import Lab, digest
from support import Repository

WAYS = ("helm3", "helm4", "terraform")
Open = Callable[[str], Lab]
pytestmark = pytest.mark.pipelines


@pytest.fixture
def opened(pristine: Repository, tmp_path: Path) -> Iterator[Open]:
    """`opened("helm4")`: a lab on a repository of a worker whose pipeline deploys that way."""
    stack: list[object] = []

    def start(way: str) -> Lab:
        lab.skip_unless_ready(terraform=way == "terraform")
        deploy = "terraform" if way == "terraform" else "helm"
        repository = pristine(cloud="none", runtime="go", deploy=deploy, workload="worker")
        manager = lab.opened(repository, tmp_path, way)
        stack.append(manager)
        return manager.__enter__()

    yield start
    for manager in stack:
        manager.__exit__(None, None, None)  # type: ignore[attr-defined]


def first(here: Lab) -> None:
    """A first deployment."""
    done = here.make("deploy", **here.image("a"))
    assert done.returncode == 0, done.stderr
    assert here.runs() == {digest("a")}
    assert here.chat[-1].startswith(":white_check_mark:")


def upgrade(here: Lab) -> None:
    """A second deployment, over the first."""
    first(here)
    done = here.make("deploy", **here.image("b"))
    assert done.returncode == 0, done.stderr
    assert here.runs() == {digest("b")}


def no_queue(here: Lab) -> None:
    """The new pods cannot reach their queue and never become ready: the old ones are back, and the log is kept."""
    first(here)
    log = "the queue cannot be read\n"
    done = here.make("deploy", **here.image("b", Fate(ready=False, log=log)))
    assert done.returncode != 0
    assert here.chat[-1].startswith(":rewind:"), done.stderr
    assert here.runs() == {digest("a")}
    assert log.strip() in (here.root / "build/diagnostics/dev/logs.txt").read_text()


def wrong_info(here: Lab) -> None:
    """The pods report another digest."""
    first(here)
    done = here.make("deploy", **here.image("b", Fate(info={"digest": digest("e")})))
    assert done.returncode != 0
    assert here.runs() == {digest("a")}


def rollback(here: Lab) -> None:
    """A rollback by hand goes back, and asks each pod."""
    upgrade(here)
    done = here.make("rollback")
    assert done.returncode == 0, done.stderr
    assert here.runs() == {digest("a")}


SCENARIOS = {
    "a worker: first": first,
    "a worker: upgrade": upgrade,
    "a worker: no queue": no_queue,
    "a worker: wrong digest": wrong_info,
    "a worker: rollback": rollback,
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_release_of_a_worker(
    scenario: str, way: str, opened: Open, ran: Callable[[str, str, str], None]
) -> None:
    SCENARIOS[scenario](opened(way))
    ran("scenarios", scenario, way)
