"""Releases in each way to release.

The generated scripts with real Helm against a cluster that enforces.

The cluster is the stand-in of `tests/control_plane`, and requests come through `gateway.GatewayStandIn`, whose configuration
follows the HTTPRoute. `make rollouts` runs the whole table; the gate runs one, which counts no seconds.
"""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import lab
import pytest
from control_plane.pods import PODS, Fate
from gateway import ROUTES, GatewayStandIn
from lab import Lab, digest
from support import Repository

SECONDS, LEAST = 3, 10
"""How long a share is watched here, and how many requests prove something."""
PATIENCE = 300
TRACKS = ("canary", "blue-green", "header")
Open = Callable[[str, str], "Scene"]


class Scene:
    """A lab with requests that never stop."""

    def __init__(self, here: Lab, gateway: GatewayStandIn, way: str) -> None:
        self.lab, self.gateway, self.way = here, gateway, way

    def deploy(
        self, letter: str, fate: Fate | None = None, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        return self.make("deploy", **self.lab.image(letter, fate), **variables)

    def make(self, target: str, **variables: str) -> subprocess.CompletedProcess[str]:
        started = self.lab.start(target, **variables)
        out, err = started.communicate(timeout=PATIENCE)
        return subprocess.CompletedProcess(started.args, started.returncode, out, err)

    def first(self) -> None:
        done = self.deploy("a")
        assert done.returncode == 0, done.stderr
        assert self.lab.runs() == {digest("a")}
        self.gateway.answered.clear()

    def route(self) -> list[dict[str, int]]:
        """Return for each rule of the route which Service gets which weight."""
        route = self.lab.plane.api.storage.get(ROUTES, "my-service", "my-service")
        assert route is not None
        return [
            {one["name"]: one.get("weight", 1) for one in rule["backendRefs"]}
            for rule in route["spec"]["rules"]
        ]

    def history(self) -> list[dict[str, Any]]:
        told = self.lab.helm("history", "my-service", "--output", "json")
        found: list[dict[str, Any]] = json.loads(told)
        return found

    def wait_for_step(self, text: str, started: subprocess.Popen[str]) -> float:
        """Wait until the newest revision is this step and done; returns when."""
        end = time.monotonic() + 60
        while True:
            last = self.history()[-1]
            if text in last["description"] and last["status"] == "deployed":
                return time.time()
            assert started.poll() is None, started.communicate()[1]
            assert time.monotonic() < end, f"never {text!r}: {last}"
            time.sleep(0.2)

    def serves(self, letter: str) -> None:
        """Assert that one image alone runs, all requests reach it, and nothing is left of a candidate."""
        end = time.monotonic() + 5
        while self.lab.runs() != {digest(letter)} and time.monotonic() < end:
            time.sleep(0.1)
        assert self.lab.runs() == {digest(letter)}
        assert [list(rule) for rule in self.route()] == [["my-service"]]
        assert [name for name in self.lab.objects() if "candidate" in name] == []
        assert self.gateway.lost() == []


@pytest.fixture
def opened(pristine: Repository, tmp_path: Path) -> Iterator[Open]:
    """`opened("canary", "helm4")`: a lab on a repository that releases that way."""
    with ExitStack() as stack:

        def start(rollout: str, way: str) -> Scene:
            lab.skip_unless_ready()
            repository = pristine(cloud="none", runtime="go", rollout=rollout)
            here = stack.enter_context(lab.opened(repository, tmp_path, way))
            here.environment["CANDIDATE_SECONDS"] = str(SECONDS)
            here.environment["CANDIDATE_REQUESTS"] = str(LEAST)
            here.environment["CANDIDATE_DRAIN"] = "1"
            gateway = stack.enter_context(GatewayStandIn(here.plane))
            return Scene(here, gateway, rollout)

        yield start


def good(scene: Scene) -> None:
    """A good release takes over, no request is lost, and each share is that of the route."""
    scene.first()
    variables = scene.lab.image("b")
    started = scene.lab.start("deploy", **variables)
    if scene.way == "canary":
        began = scene.wait_for_step("gets 10 %", started)
        time.sleep(1.5)
        assert scene.gateway.share(digest("b"), began, began + 1.5) == pytest.approx(10, abs=4)
        began = scene.wait_for_step("gets 50 %", started)
        time.sleep(1.5)
        assert scene.gateway.share(digest("b"), began, began + 1.5) == pytest.approx(50, abs=6)
    if scene.way == "blue-green":
        began = scene.wait_for_step("gets 100 %", started)
        time.sleep(1)
        assert scene.gateway.share(digest("b"), began, began + 1) == 100
    _, told = started.communicate(timeout=PATIENCE)
    assert started.returncode == 0, told
    if scene.way == "header":
        assert scene.lab.runs() == {digest("a"), digest("b")}
        assert scene.gateway.codes(digest("b")) == {}
        assert any(one.digest == digest("b") for one in scene.gateway.answered if one.with_header)
        assert "make promote-candidate" in scene.lab.chat[-1]
        done = scene.make("promote-candidate")
        assert done.returncode == 0, done.stderr
    assert scene.lab.chat[-1].startswith(":white_check_mark:")
    scene.serves("b")
    assert scene.history()[-1]["description"] == variables["REVISION"]


def bad_at_smoke(scene: Scene) -> None:
    """A candidate with another identity never gets a request without the header."""
    scene.first()
    done = scene.deploy("b", Fate(info={"digest": digest("e")}))
    assert done.returncode != 0
    assert scene.lab.chat[-1].startswith(":rewind:"), done.stderr
    assert scene.gateway.codes(digest("b")) == {}
    scene.serves("a")


def never_ready(scene: Scene) -> None:
    """A candidate that does not start is taken away; the stable pods were never touched."""
    scene.first()
    before = {pod["metadata"]["uid"] for pod in scene.lab.plane.api.storage.select(PODS)}
    done = scene.deploy("b", Fate(ready=False, log="waiting for the database\n"))
    assert done.returncode != 0
    assert scene.lab.chat[-1].startswith(":rewind:"), done.stderr
    assert scene.gateway.codes(digest("b")) == {}
    scene.serves("a")
    after = {pod["metadata"]["uid"] for pod in scene.lab.plane.api.storage.select(PODS)}
    assert after <= before


def bad_under_load(scene: Scene) -> None:
    """A candidate that fails requests is taken back at its first share, in seconds, and before the evidence is saved."""
    scene.first()
    # Long enough for a tenth of the requests to prove it, also on a machine that has other work.
    longer = {"CANDIDATE_SECONDS": "10", "CANDIDATE_REQUESTS": "5"}
    done = scene.deploy("b", Fate(fails=1.0), **longer)
    if (
        scene.way == "header"
    ):  # nothing but the header's requests reach it, and a person judges those
        assert done.returncode == 0, done.stderr
        assert scene.gateway.codes(digest("b")) == {}
        assert scene.make("rollback").returncode == 0
        scene.serves("a")
        return
    assert done.returncode != 0
    assert scene.lab.chat[-1].startswith(":rewind:"), done.stderr
    assert "requests to the candidate were failed" in scene.lab.chat[-1] + done.stderr
    at_once = done.stderr.index("+ all requests go to the stable track")
    assert at_once < done.stderr.index("build/diagnostics")
    assert "gets 50 %" not in done.stderr
    scene.serves("a")


def dies_in_the_middle(scene: Scene) -> None:
    """The run is killed at a share; the next deployment begins with all requests on the stable track."""
    scene.first()
    step = {"canary": "gets 10 %", "blue-green": "gets 100 %", "header": "is tried"}[scene.way]
    started = scene.lab.start("deploy", **scene.lab.image("b"))
    scene.wait_for_step(step, started)
    scene.lab.cut_off(started)
    assert any("my-service-candidate" in rule for rule in scene.route())
    done = scene.deploy("c", CUT_OFF="1")
    assert done.returncode == 0, done.stderr
    assert "a candidate is left from an earlier deployment" in done.stderr
    if scene.way == "header":
        assert scene.make("promote-candidate").returncode == 0
    scene.serves("c")


def second_meanwhile(scene: Scene) -> None:
    """A second deployment waits until the first has ended, also between two of its steps."""
    scene.first()
    step = {"canary": "gets 10 %", "blue-green": "gets 100 %", "header": "is tried"}[scene.way]
    one, two = scene.lab.image("b"), scene.lab.image("c")
    started = scene.lab.start("deploy", **one)
    scene.wait_for_step(step, started)
    second = scene.lab.start("deploy", **two)
    _, told = started.communicate(timeout=PATIENCE)
    assert started.returncode == 0, told
    _, told = second.communicate(timeout=PATIENCE)
    assert second.returncode == 0, told
    assert "another deployment of dev has been under way" in told
    if scene.way == "header":
        assert scene.make("promote-candidate").returncode == 0
    scene.serves("c")


SCENARIOS = {
    "good": good,
    "never ready": never_ready,
    "bad at smoke": bad_at_smoke,
    "bad under load": bad_under_load,
    "dies in the middle": dies_in_the_middle,
    "second meanwhile": second_meanwhile,
}
IN_THE_GATE: set[tuple[str, str, str]] = {("bad at smoke", "header", "helm4")}
TABLE = [
    pytest.param(
        scenario,
        rollout,
        way,
        id=f"{scenario.replace(' ', '-')}-{rollout}-{way}",
        marks=() if (scenario, rollout, way) in IN_THE_GATE else (pytest.mark.rollouts,),
    )
    for scenario in SCENARIOS
    for rollout in TRACKS
    for way in ("helm3", "helm4")
]


@pytest.mark.parametrize(("scenario", "rollout", "way"), TABLE)
def test_a_release_by_tracks(scenario: str, rollout: str, way: str, opened: Open) -> None:
    SCENARIOS[scenario](opened(rollout, way))
