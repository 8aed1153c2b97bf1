"""Scenarios of a release: the generated scripts with real Helm 3, Helm 4 and Terraform against a cluster that enforces.

The cluster is the stand-in of `tests/control_plane`; Terraform is real, its Helm provider is the stand-in
`control_plane.helm_provider`. `make pipelines` runs the whole table and writes docs/what-ran-where.md; the gate runs three.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import lab
import pytest
from control_plane.pods import Fate
from lab import Lab, digest
from support import Repository

WAYS = ("helm3", "helm4", "terraform")
Open = Callable[[str], Lab]


@pytest.fixture
def opened(pristine: Repository, tmp_path: Path) -> Iterator[Open]:
    """`opened("helm4")`: a lab on a repository whose pipeline deploys that way."""
    stack: list[object] = []

    def start(way: str) -> Lab:
        lab.skip_unless_ready(terraform=way == "terraform")
        deploy = "terraform" if way == "terraform" else "helm"
        repository = pristine(cloud="none", runtime="go", deploy=deploy)
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
    assert here.chat[-1].startswith(":white_check_mark:")


def _is_rolled_back(here: Lab, fate: Fate) -> str:
    first(here)
    done = here.make("deploy", **here.image("b", fate))
    assert done.returncode != 0
    assert here.chat[-1].startswith(":rewind:"), done.stderr
    assert here.runs() == {digest("a")}
    kept = here.root / "build/diagnostics/dev"
    return (kept / "logs.txt").read_text() + (kept / "logs-previous.txt").read_text()


def never_ready(here: Lab) -> None:
    """The new pods never become ready."""
    log = _is_rolled_back(here, Fate(ready=False, log="waiting for the database\n"))
    assert "waiting for the database" in log


def crash(here: Lab) -> None:
    """The new pods crash; the log of the crash is kept."""
    log = _is_rolled_back(here, Fate(ready=False, crashes=True, log="DB_URL is not set\n"))
    assert "DB_URL is not set" in log


def test_fails(here: Lab) -> None:
    """The pods are ready and `helm test` fails."""
    _is_rolled_back(here, Fate(test_passes=False))


test_fails.__test__ = False  # type: ignore[attr-defined]


def wrong_info(here: Lab) -> None:
    """The pods answer /info with another digest."""
    _is_rolled_back(here, Fate(info={"digest": digest("e")}))


def cut_off(here: Lab) -> None:
    """The pipeline is killed while the release is pending; the next deployment finds it so and goes on."""
    first(here)
    started = here.start("deploy", **here.image("b", Fate(ready=False)))
    here.wait_for("pending-upgrade")
    here.cut_off(started)
    done = here.make("deploy", CUT_OFF="1", **here.image("c"))
    assert done.returncode == 0, done.stderr
    assert "the last deployment was cut off (pending-upgrade)" in done.stderr
    assert here.runs() == {digest("c")}


def first_fails_then_second(here: Lab) -> None:
    """Nothing ran before: the failed release stays to be looked at, and the next deployment replaces it."""
    done = here.make("deploy", **here.image("a", Fate(ready=False)))
    assert done.returncode != 0
    assert "Nothing ran in dev before" in here.chat[-1]
    done = here.make("deploy", **here.image("b"))
    assert done.returncode == 0, done.stderr
    assert here.runs() == {digest("b")}


def two_at_once(here: Lab) -> None:
    """A second deployment starts while the first is under way.

    It waits or leaves, and takes back none of the other's work.

    A release is pending until its pods are ready. If the second goes on then, the first may meet
    its pods in the smoke test, and leaves with 75.
    """
    first(here)
    one, two = here.image("b"), here.image("c")
    here.plane.pods.delays[digest("b")] = 4
    started = here.start("deploy", **one)
    here.wait_for("pending-upgrade")
    second = here.make("deploy", **two)
    _, told = started.communicate(timeout=90)
    assert started.returncode == 0 or "and another deployment came in between" in told, told
    assert not any(text.startswith(":rewind:") for text in here.chat)
    assert here.runs() == {digest("c") if second.returncode == 0 else digest("b")}
    assert "another deployment" in second.stderr or "has the lock" in second.stderr


def rollback_twice(here: Lab) -> None:
    """Each rollback goes one good release further back, and the third reports that none is left."""
    for letter in "abc":
        assert here.make("deploy", **here.image(letter)).returncode == 0
    for letter in "ba":
        done = here.make("rollback")
        assert done.returncode == 0, done.stderr
        assert here.runs() == {digest(letter)}
    done = here.make("rollback")
    assert done.returncode != 0
    assert "no earlier good revision" in done.stderr


def uninstall(here: Lab) -> None:
    """The pipeline may remove its release; only the finished pod of `helm test` stays, and a deployment works again."""
    first(here)
    assert "uninstalled" in here.helm("uninstall", "my-service", "--wait", "--timeout", lab.SHORT)
    end = time.monotonic() + 5
    while here.runs() and time.monotonic() < end:
        time.sleep(0.1)
    left = [name for name in here.objects() if not name.startswith("Secret/tfstate")]
    assert left == ["Pod/my-service-test"]
    assert here.make("deploy", **here.image("b")).returncode == 0
    assert here.runs() == {digest("b")}


SCENARIOS = {
    "first": first,
    "upgrade": upgrade,
    "never ready": never_ready,
    "crash": crash,
    "test fails": test_fails,
    "wrong /info": wrong_info,
    "cut off": cut_off,
    "first fails → second": first_fails_then_second,
    "two at once": two_at_once,
    "rollback twice": rollback_twice,
    "uninstall": uninstall,
}
IN_THE_GATE = {("crash", "helm4"), ("upgrade", "helm3"), ("first", "terraform")}
TABLE = [
    pytest.param(
        scenario,
        way,
        id=f"{scenario.replace(' ', '-')}-{way}",
        marks=() if (scenario, way) in IN_THE_GATE else (pytest.mark.pipelines,),
    )
    for scenario in SCENARIOS
    for way in WAYS
]


@pytest.mark.parametrize(("scenario", "way"), TABLE)
def test_a_release(
    scenario: str, way: str, opened: Open, ran: Callable[[str, str, str], None]
) -> None:
    SCENARIOS[scenario](opened(way))
    ran("scenarios", scenario, way)
