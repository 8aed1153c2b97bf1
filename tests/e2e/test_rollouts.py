"""Releases in each way to release.

The generated scripts with real Helm against a cluster that enforces.

The cluster is the stand-in of `tests/control_plane`, and requests come through `gateway.GatewayStandIn`, whose configuration
follows the HTTPRoute. `make rollouts` runs the whole table; the gate runs one, which counts no seconds.
"""

from __future__ import annotations

import base64
import gzip
import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import lab
import pytest
from control_plane.pods import PODS, Fate, served
from control_plane.storage import Change
from gateway import ROUTES, GatewayStandIn
from lab import Lab, digest
from support import Repository

SETTINGS = {"CANDIDATE_SECONDS": "1", "CANDIDATE_REQUESTS": "10", "CANDIDATE_DRAIN": "1"}
"""How long a share is watched here, how many requests prove something, and how long a proxy follows the route."""
PATIENCE = 1800
"""Seconds after which a run hangs, on a machine that gives it a tenth of a processor too. No assertion counts them."""
WAITS, GIVES_UP = "10m", "8s"
"""How long Helm waits for pods, and for those of which it is known that they never become ready."""
SECRETS = served("", "v1", "secrets")
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
        """Return what Helm has written of each revision, oldest first."""
        secrets = self.lab.plane.api.storage.select(SECRETS, "my-service")
        found = [_written(one) for one in secrets if _is_of_helm(one)]
        return sorted(found, key=lambda one: int(one["version"]))

    def stopped_at(self, text: str, **variables: str) -> subprocess.Popen[str]:
        """Start a deployment, and stop it in the moment in which the step of this text is done."""
        reached, going = threading.Event(), threading.Event()

        def stop(change: Change) -> None:
            labels = change.one["metadata"].get("labels", {})
            if not _is_of_helm(change.one) or labels["status"] != "deployed" or reached.is_set():
                return
            if text in _written(change.one)["info"]["description"]:
                assert going.wait(PATIENCE)
                os.killpg(started.pid, signal.SIGSTOP)
                reached.set()

        self.lab.plane.api.storage.listener = stop
        started = self.lab.start("deploy", **variables)
        going.set()
        while not reached.wait(0.2):
            assert started.poll() is None, started.communicate()[1]
        self.lab.plane.api.storage.listener = None
        return started

    def serves(self, letter: str) -> None:
        """Assert that one image alone runs, all requests reach it, and nothing is left of a candidate."""
        end = time.monotonic() + PATIENCE
        while self.lab.runs() != {digest(letter)} and time.monotonic() < end:
            time.sleep(0.1)
        assert self.lab.runs() == {digest(letter)}
        assert [list(rule) for rule in self.route()] == [["my-service"]]
        assert [name for name in self.lab.objects() if "candidate" in name] == []
        assert self.gateway.lost() == []


def _is_of_helm(one: dict[str, Any]) -> bool:
    return bool(one["metadata"].get("labels", {}).get("owner") == "helm")


def _written(secret: dict[str, Any]) -> dict[str, Any]:
    """Read a revision as Helm keeps it: JSON, packed, in base64, in the base64 of every Secret."""
    packed = base64.b64decode(base64.b64decode(secret["data"]["release"]))
    found: dict[str, Any] = json.loads(gzip.decompress(packed))
    return found


STEPS = {"canary": "gets 10 %", "blue-green": "gets 100 %", "header": "is tried"}
"""The step in the middle: the candidate is there, and the route knows it."""


@pytest.fixture
def opened(pristine: Repository, tmp_path: Path) -> Iterator[Open]:
    """`opened("canary", "helm4")`: a lab on a repository that releases that way."""
    with ExitStack() as stack:

        def start(rollout: str, way: str) -> Scene:
            lab.skip_unless_ready()
            repository = pristine(cloud="none", runtime="go", rollout=rollout)
            here = stack.enter_context(lab.opened(repository, tmp_path, way))
            here.environment |= {**SETTINGS, "TIMEOUT": WAITS}
            gateway = stack.enter_context(GatewayStandIn(here.plane))
            return Scene(here, gateway, rollout)

        yield start


def good(scene: Scene) -> None:
    """A good release takes over, no request is lost, and each share is that of the route."""
    scene.first()
    variables = scene.lab.image("b")
    done = scene.make("deploy", **variables)
    assert done.returncode == 0, done.stderr
    for weight in {"canary": (10, 50), "blue-green": (100,), "header": ()}[scene.way]:
        assert scene.gateway.share(weight) == pytest.approx(weight, abs=1)
    if scene.way == "header":
        assert scene.lab.runs() == {digest("a"), digest("b")}
        assert scene.gateway.codes(digest("b")) == {}
        assert any(one.digest == digest("b") for one in scene.gateway.answered if one.with_header)
        assert "make promote-candidate" in scene.lab.chat[-1]
        done = scene.make("promote-candidate")
        assert done.returncode == 0, done.stderr
    assert scene.lab.chat[-1].startswith(":white_check_mark:")
    scene.serves("b")
    assert scene.history()[-1]["info"]["description"] == variables["REVISION"]


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
    done = scene.deploy("b", Fate(ready=False, log="waiting for the database\n"), TIMEOUT=GIVES_UP)
    assert done.returncode != 0
    assert scene.lab.chat[-1].startswith(":rewind:"), done.stderr
    assert scene.gateway.codes(digest("b")) == {}
    scene.serves("a")
    after = {pod["metadata"]["uid"] for pod in scene.lab.plane.api.storage.select(PODS)}
    assert after <= before


def bad_under_load(scene: Scene) -> None:
    """A candidate that fails requests is taken back at its first share, in seconds, and before the evidence is saved."""
    scene.first()
    done = scene.deploy("b", Fate(fails=1.0))
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
    started = scene.stopped_at(STEPS[scene.way], **scene.lab.image("b"))
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
    one, two = scene.lab.image("b"), scene.lab.image("c")
    started = scene.stopped_at(STEPS[scene.way], **one)
    second = scene.lab.start("deploy", **two)
    assert second.stderr is not None
    told = ""
    while "another deployment of dev has been under way" not in told:
        line = second.stderr.readline()
        assert line, told
        told += line
    os.killpg(started.pid, signal.SIGCONT)
    _, told = started.communicate(timeout=PATIENCE)
    assert started.returncode == 0, told
    _, told = second.communicate(timeout=PATIENCE)
    assert second.returncode == 0, told
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
