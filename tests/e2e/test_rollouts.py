"""Releases in each way to release.

The generated scripts with real Helm against a cluster that enforces.

The cluster is the stand-in of `tests/control_plane`, and requests come through `gateway.GatewayStandIn`, whose configuration
follows the HTTPRoute (`tests/unit/cluster/test_gateway.py` holds it to that). `make rollouts` runs the whole table; the gate runs
one, which counts no seconds.
"""

from __future__ import annotations

import base64
import dataclasses
import gzip
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import lab
import pytest
import real_cluster
from api_server import Reply
from control_plane import requests
from control_plane.api import Api
from control_plane.pods import PODS, Fate, served
from control_plane.requests import Call
from control_plane.server import ADMINISTRATOR
from control_plane.storage import Change
from gateway import NAMESPACE, ROUTES, GatewayStandIn
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
MEASURED = ("canary", "blue-green")
"""The ways in which Prometheus judges the candidate."""
Open = Callable[[str, str], "Scene"]
AT_ONCE = ("rolling", "recreate")
"""The ways without a candidate."""


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

    def stopped(self, **variables: str) -> subprocess.Popen[str]:
        """Start a deployment, and stop it in the middle: a step of the candidate is done, or Helm has begun."""
        text, status = STEPS.get(self.way, ("", "pending-upgrade"))
        reached, going = threading.Event(), threading.Event()

        def stop(change: Change) -> None:
            labels = change.one["metadata"].get("labels", {})
            if not _is_of_helm(change.one) or labels["status"] != status or reached.is_set():
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
        if self.way != "recreate":  # between two releases no pod of it answers
            assert self.gateway.lost() == []


def _is_of_helm(one: dict[str, Any]) -> bool:
    return bool(one["metadata"].get("labels", {}).get("owner") == "helm")


def _written(secret: dict[str, Any]) -> dict[str, Any]:
    """Read a revision as Helm keeps it: JSON, packed, in base64, in the base64 of every Secret."""
    packed = base64.b64decode(base64.b64decode(secret["data"]["release"]))
    found: dict[str, Any] = json.loads(gzip.decompress(packed))
    return found


STEPS = {
    "canary": ("gets 10 %", "deployed"),
    "blue-green": ("gets 100 %", "deployed"),
    "header": ("is tried", "deployed"),
}
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
    for weight in {"canary": (10, 50), "blue-green": (100,)}.get(scene.way, ()):
        assert scene.gateway.share(weight) == pytest.approx(weight, abs=1)
    if scene.way == "recreate":
        answered = [one.digest for one in scene.gateway.answered if not one.lost]
        assert answered == sorted(answered), "old and new answers were mixed"
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
    if scene.way in TRACKS:
        assert scene.gateway.codes(digest("b")) == {}
    scene.serves("a")


def never_ready(scene: Scene) -> None:
    """A release that does not start is taken away; the old pods were never touched, but by recreate."""
    scene.first()
    before = {pod["metadata"]["uid"] for pod in scene.lab.plane.api.storage.select(PODS)}
    done = scene.deploy("b", Fate(ready=False, log="waiting for the database\n"), TIMEOUT=GIVES_UP)
    assert done.returncode != 0
    assert scene.lab.chat[-1].startswith(":rewind:"), done.stderr
    assert scene.gateway.codes(digest("b")) == {}
    scene.serves("a")
    after = {pod["metadata"]["uid"] for pod in scene.lab.plane.api.storage.select(PODS)}
    assert after <= before or scene.way == "recreate"


def bad_under_load(scene: Scene) -> None:
    """A candidate that fails requests is taken back at its first share, and before the evidence is saved.

    Where no program judges it, a person does: the team that sends the header, or who gets the alert.
    """
    scene.first()
    done = scene.deploy("b", Fate(fails=1.0))
    if scene.way not in MEASURED:
        assert done.returncode == 0, done.stderr
        assert (scene.gateway.codes(digest("b")) == {}) == (scene.way == "header")
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


def _taken_back(scene: Scene, done: subprocess.CompletedProcess[str], *reason: str) -> None:
    """Assert that the old pods serve again, and that one message gives the reason."""
    assert done.returncode != 0, done.stderr
    assert len(scene.lab.chat) == 2, scene.lab.chat  # the first one is that of the first release
    told = scene.lab.chat[-1]
    assert told.startswith(":rewind:"), done.stderr
    assert [words for words in reason if words not in told] == [], told
    at_once = done.stderr.index("+ all requests go to the stable track")
    assert at_once < done.stderr.index("build/diagnostics")
    scene.serves("a")


def never_answers(scene: Scene) -> None:
    """A candidate that is ready and never answers its smoke test: the test ends by itself, with the name of a pod."""
    scene.first()
    done = scene.deploy("b", Fate(answers=False))
    _taken_back(scene, done, "pod my-service-candidate-", "does not answer")
    assert scene.gateway.codes(digest("b")) == {}


def endless_test(scene: Scene) -> None:
    """A `helm test` that never ends is ended after its three minutes, which are some seconds here."""
    scene.first()
    _shorter(scene.lab, "3m", GIVES_UP)
    variables = scene.lab.image("b", Fate(test_ends=False))
    done = scene.make("deploy", **variables)
    assert done.returncode != 0, done.stderr
    assert len(scene.lab.chat) == 2, scene.lab.chat
    assert scene.lab.chat[-1].startswith(":rewind:"), done.stderr
    assert f"helm test failed for {variables['REVISION']}" in scene.lab.chat[-1]
    assert not any(one.digest == digest("b") for one in scene.gateway.answered)
    scene.serves("a")


def _shorter(here: Lab, time_to_wait: str, shorter: str) -> None:
    """Give helm less time wherever a script gives it so much."""
    helm = here.root.parent / "bin/helm"
    program = helm.resolve()
    helm.unlink()
    words = f'"${{@/#{time_to_wait}/{shorter}}}"'
    helm.write_text(f'#!/bin/bash\nexec "{program}" {words}\n', encoding="utf-8")
    helm.chmod(0o755)


def no_measurement(scene: Scene) -> None:
    """Prometheus takes the question and stays silent: the candidate loses its share, and does not wait for the job to end."""
    scene.first()
    answer, ended = scene.gateway.query, threading.Event()

    def silent(promql: str, until: float) -> float:
        if promql != "vector(1)":
            assert ended.wait(PATIENCE)
        return answer(promql, until)

    scene.lab.plane.prometheus = silent
    try:
        done = scene.deploy("b")
    finally:
        ended.set()
    share = {"canary": 10, "blue-green": 100}[scene.way]
    reasons = f"could not be judged with {share} % of the requests", "Prometheus could not be asked"
    _taken_back(scene, done, *reasons)


def dies_in_the_middle(scene: Scene) -> None:
    """The run is killed in the middle; the next deployment begins with all requests on what served before."""
    scene.first()
    started = scene.stopped(**scene.lab.image("b"))
    scene.lab.cut_off(started)
    left = any("my-service-candidate" in rule for rule in scene.route())
    assert left == (scene.way in TRACKS)
    done = scene.deploy("c", CUT_OFF="1")
    assert done.returncode == 0, done.stderr
    cut_off = "a candidate is left from an earlier deployment" if left else "was cut off"
    assert cut_off in done.stderr
    if scene.way == "header":
        assert scene.make("promote-candidate").returncode == 0
    scene.serves("c")


def taken_back_by_hand(scene: Scene) -> None:
    """`make rollback` takes back what serves, or the candidate of a run that was killed; how long that takes is printed."""
    scene.first()
    if scene.way in TRACKS:
        scene.lab.cut_off(scene.stopped(**scene.lab.image("b")))
    else:
        assert scene.deploy("b").returncode == 0
    began = time.time()
    done = scene.make("rollback", CUT_OFF="1")
    ended = time.time()
    assert done.returncode == 0, done.stderr
    scene.serves("a")
    last = max((one.at for one in scene.gateway.answered if one.digest == digest("b")), default=0)
    seconds = f"{max(0.0, last - began):.1f} s after the command, which took {ended - began:.1f} s"
    sys.stdout.write(f"{scene.way}: the last answer of the new release came {seconds}\n")


def second_meanwhile(scene: Scene) -> None:
    """A second deployment waits until the first has ended, also between two of its steps."""
    scene.first()
    one, two = scene.lab.image("b"), scene.lab.image("c")
    started = scene.stopped(**one)
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
    "never answers": never_answers,
    "test never ends": endless_test,
    "no measurement": no_measurement,
    "dies in the middle": dies_in_the_middle,
    "taken back by hand": taken_back_by_hand,
    "second meanwhile": second_meanwhile,
}
OF_WAYS = {
    "no measurement": MEASURED,
    "never answers": TRACKS,
    "test never ends": TRACKS,
}
"""The scenarios that not every way to release has: what waits for a candidate, and what judges it."""
PROGRAMS = dict.fromkeys(AT_ONCE, ("helm4",))
"""`make pipelines` has the ways without a candidate with Helm 3 too."""
IN_THE_GATE = {("bad at smoke", "header", "helm4")}
TABLE = [
    pytest.param(
        scenario,
        rollout,
        way,
        id=f"{scenario.replace(' ', '-')}-{rollout}-{way}",
        marks=() if (scenario, rollout, way) in IN_THE_GATE else (pytest.mark.rollouts,),
    )
    for scenario in SCENARIOS
    for rollout in OF_WAYS.get(scenario, (*TRACKS, *AT_ONCE))
    for way in PROGRAMS.get(rollout, ("helm3", "helm4"))
]


@pytest.mark.parametrize(("scenario", "rollout", "way"), TABLE)
def test_a_release(scenario: str, rollout: str, way: str, opened: Open) -> None:
    SCENARIOS[scenario](opened(rollout, way))


# ---- a real API server -------------------------------------------------------------------------------------------


@pytest.mark.rollouts
@pytest.mark.parametrize("way", ["helm3", "helm4"])
def test_each_write_of_a_canary_is_accepted(
    way: str, opened: Open, request: pytest.FixtureRequest
) -> None:
    """A server that has only the namespace accepts each request that changed an object.

    With --cluster that is the API server of KUBECONFIG (`make e2e-cluster`), else a second stand-in.
    """
    real = request.config.getoption("--cluster")
    with _empty_server(real=real) as send:
        scene = opened("canary", way)
        scene.first()
        done = scene.deploy("b")
        assert done.returncode == 0, done.stderr
        writes = [_plain(call) for call in scene.lab.plane.calls if _changes_an_object(call)]
        weights = [
            call for call in writes if "/httproutes/" in call.path and b'"weight"' in call.body
        ]
        assert len(weights) >= 3, "10 %, 50 % and back"
        served = [call for call in writes if _is_served(send, call)]
        assert real or served == writes
        refused = [
            (call.method, call.path, reply.content)
            for call in served
            if not _is_accepted(call, reply := send(call))
        ]
    assert refused == []


@contextmanager
def _empty_server(*, real: bool) -> Iterator[Callable[[Call], Reply]]:
    if real:
        context = real_cluster.current() if os.environ.get("KUBECONFIG") else ""
        if not context:
            pytest.skip("KUBECONFIG names no file with a current context")
        with real_cluster.namespaces(context, NAMESPACE) as send:
            yield send
        return
    api = Api()
    api.admit({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
    yield api.answer


def _changes_an_object(call: Call) -> bool:
    """Not a Secret, which is what Helm remembers, and no tunnel into a pod of that time."""
    address = requests.parse(call.path)
    return bool(
        call.method in ("POST", "PUT", "PATCH", "DELETE")
        and address
        and address.namespace == NAMESPACE
        and address.plural != "secrets"
        and not address.subresource
    )


def _plain(call: Call) -> Call:
    """Return the request of an administrator, in JSON."""
    body = json.dumps(requests.read_body(call)).encode() if call.body else b""
    return dataclasses.replace(call, body=body, identity=ADMINISTRATOR)


def _is_served(send: Callable[[Call], Reply], call: Call) -> bool:
    """A cluster may lack the kinds of others, such as those of the Gateway API."""
    group = "/".join(call.path.split("/")[:4]) if call.path.startswith("/apis/") else "/api/v1"
    return send(Call("GET", group, identity=ADMINISTRATOR)).status == 200


def _is_accepted(call: Call, reply: Reply) -> bool:
    """Before a test starts, Helm deletes the pod of the last one, which may be gone."""
    return reply.status < 300 or (call.method == "DELETE" and reply.status == 404)
