"""Releases of a job: the generated scripts with real Helm and Terraform against a cluster that enforces.

`make pipelines` runs the whole table; the gate runs one of them. The cluster is the stand-in of `tests/control_plane`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import lab
import pytest
from control_plane.jobs import CRON_JOBS, JOBS
from control_plane.pods import Fate
from lab import Lab, digest
from support import Repository

WAYS = ("helm3", "helm4", "terraform")
Open = Callable[[str], Lab]


@pytest.fixture
def opened(pristine: Repository, tmp_path: Path) -> Iterator[Open]:
    """`opened("helm4")`: a lab on a repository of a job whose pipeline deploys that way."""
    stack: list[object] = []

    def start(way: str) -> Lab:
        lab.skip_unless_ready(terraform=way == "terraform")
        deploy = "terraform" if way == "terraform" else "helm"
        repository = pristine(cloud="none", runtime="go", deploy=deploy, workload="cron")
        manager = lab.opened(repository, tmp_path, way)
        stack.append(manager)
        return manager.__enter__()

    yield start
    for manager in stack:
        manager.__exit__(None, None, None)  # type: ignore[attr-defined]


def next_run(here: Lab) -> str:
    """Return the digest that the next run has."""
    cronjob = here.plane.api.storage.get(CRON_JOBS, "my-service", "my-service")
    assert cronjob is not None
    pod = cronjob["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    return str(pod["containers"][0]["image"].rpartition("@")[2])


def runs(here: Lab) -> list[str]:
    """Return how the runs ended, the oldest first."""
    jobs = sorted(
        here.plane.api.storage.select(JOBS, "my-service"),
        key=lambda job: (job["metadata"]["creationTimestamp"], job["metadata"]["name"]),
    )
    return [job["status"]["conditions"][0]["type"] for job in jobs]


def first(here: Lab) -> None:
    """A first deployment runs the job once."""
    done = here.make("deploy", **here.image("a"))
    assert done.returncode == 0, done.stderr
    assert (next_run(here), runs(here)) == (digest("a"), ["Complete"])
    assert here.chat[-1].startswith(":white_check_mark:")


def upgrade(here: Lab) -> None:
    """A second deployment, over the first."""
    first(here)
    done = here.make("deploy", **here.image("b"))
    assert done.returncode == 0, done.stderr
    assert (next_run(here), runs(here)) == (digest("b"), ["Complete", "Complete"])


def failing(here: Lab) -> None:
    """The run of the new release fails: its log is kept, and the old release is back, proved by a run."""
    first(here)
    done = here.make(
        "deploy", **here.image("b", Fate(test_passes=False, log="DB_URL is not set\n"))
    )
    assert done.returncode != 0
    assert here.chat[-1].startswith(":rewind:"), done.stderr
    assert next_run(here) == digest("a")
    assert sorted(runs(here)) == ["Complete", "Complete", "Failed"]
    assert "DB_URL is not set" in (here.root / "build/diagnostics/dev/logs.txt").read_text()


def wrong_digest(here: Lab) -> None:
    """The run reports another digest."""
    first(here)
    done = here.make("deploy", **here.image("b", Fate(info={"digest": digest("e")})))
    assert done.returncode != 0
    assert next_run(here) == digest("a")


def rollback(here: Lab) -> None:
    """A rollback by hand goes back, and proves it with a run."""
    upgrade(here)
    done = here.make("rollback")
    assert done.returncode == 0, done.stderr
    assert (next_run(here), len(runs(here))) == (digest("a"), 3)


SCENARIOS = {
    "a job: first": first,
    "a job: upgrade": upgrade,
    "a job: failing run": failing,
    "a job: wrong digest": wrong_digest,
    "a job: rollback": rollback,
}
IN_THE_GATE = {("a job: failing run", "helm4")}
TABLE = [
    pytest.param(
        scenario,
        way,
        id=f"{scenario.removeprefix('a job: ').replace(' ', '-')}-{way}",
        marks=() if (scenario, way) in IN_THE_GATE else (pytest.mark.pipelines,),
    )
    for scenario in SCENARIOS
    for way in WAYS
]


@pytest.mark.parametrize(("scenario", "way"), TABLE)
def test_a_release_of_a_job(
    scenario: str, way: str, opened: Open, ran: Callable[[str, str, str], None]
) -> None:
    SCENARIOS[scenario](opened(way))
    ran("scenarios", scenario, way)
