"""The nodes of the stand-in for a control plane: what becomes of a pod, and what the service in it answers."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass, field
from typing import Any

from control_plane import kinds
from control_plane.api import Api
from control_plane.kinds import Kind, Object
from control_plane.storage import now


def served(group: str, version: str, plural: str) -> Kind:
    """Return a kind that is served."""
    kind = kinds.find(group, version, plural)
    assert kind is not None
    return kind


PODS = served("", "v1", "pods")
EVENTS = served("", "v1", "events")


@dataclass(frozen=True)
class Fate:
    """The fate of the pods of one image.

    Ready or not, crashing, with a wrong answer or none, and whether its test or run passes, or ever ends.

    `fails` is the share of requests that it answers with a 5xx.
    """

    ready: bool = True
    crashes: bool = False
    test_passes: bool = True
    test_ends: bool = True
    answers: bool = True
    fails: float = 0.0
    log: str = '{"level":"info","message":"started"}\n'
    info: dict[str, Any] = field(default_factory=dict)


@dataclass
class Pods:
    """The pods. `fates` maps the digest of an image to the fate of its pods.

    `revisions` is the commit that an image was built from, `delays` the seconds that its pods take to start, `runtime` the
    version that the service tells.
    """

    api: Api
    fates: dict[str, Fate] = field(default_factory=dict)
    revisions: dict[str, str] = field(default_factory=dict)
    delays: dict[str, float] = field(default_factory=dict)
    runtime: str = ""
    _began: dict[str, float] = field(default_factory=dict)

    def fate_of(self, pod: Object) -> Fate:
        """Return what becomes of a pod."""
        return self.fates.get(digest_of(pod), Fate())

    def delay_of(self, pod: Object) -> float:
        """Return how many seconds a pod takes to start."""
        return self.delays.get(digest_of(pod), 0)

    def step(self) -> None:
        """Start the pods that wait for it."""
        for pod in self.api.storage.select(PODS):
            self._run(pod)

    def _run(self, pod: Object) -> None:
        if pod["status"].get("phase") != "Pending":
            return
        fate = self.fate_of(pod)
        began = self._began.setdefault(pod["metadata"]["uid"], time.monotonic())
        if time.monotonic() - began < self.delay_of(pod):
            return
        if pod["spec"].get("restartPolicy") == "Never":
            self._run_test(pod, fate)
        elif fate.crashes:
            waiting = {
                "reason": "CrashLoopBackOff",
                "message": "back-off 40s restarting failed container",
            }
            self._set(pod, "Running", {"waiting": waiting}, ready=False, restarts=3)
        else:
            self._set(pod, "Running", {"running": {"startedAt": now()}}, ready=fate.ready)
        if not fate.ready or fate.crashes:
            self.event(
                pod,
                "Pod",
                "Unhealthy",
                "Startup probe failed: HTTP probe failed with statuscode: 503",
            )

    def _run_test(self, pod: Object, fate: Fate) -> None:
        if not fate.test_ends:
            self._set(pod, "Running", {"running": {"startedAt": now()}}, ready=True)
            return
        code = 0 if fate.test_passes else 1
        ended = {"exitCode": code, "reason": "Completed" if code == 0 else "Error"}
        phase = "Succeeded" if code == 0 else "Failed"
        self._set(pod, phase, {"terminated": ended}, ready=False)

    def _set(
        self, pod: Object, phase: str, state: Object, *, ready: bool, restarts: int = 0
    ) -> None:
        word = "True" if ready else "False"
        types = ("Initialized", "PodScheduled", "Ready", "ContainersReady")
        pod["status"] = {
            "phase": phase,
            "podIP": "10.0.0.1",
            "startTime": now(),
            "conditions": [
                {"type": kind, "status": word if kind in types[2:] else "True", "reason": ""}
                for kind in types
            ],
            "containerStatuses": [
                {
                    "name": container["name"],
                    "image": container["image"],
                    "imageID": container["image"],
                    "ready": ready,
                    "started": ready,
                    "restartCount": restarts,
                    "state": state,
                }
                for container in pod["spec"]["containers"]
            ],
        }
        self.api.storage.put(PODS, pod)

    def event(self, one: Object, kind: str, reason: str, message: str) -> None:
        """Keep an event of an object."""
        namespace, name = place_of(one)
        self.api.storage.put(
            EVENTS,
            {
                "apiVersion": "v1",
                "kind": "Event",
                "metadata": {"name": f"{name}.{reason.lower()}", "namespace": namespace},
                "involvedObject": {"kind": kind, "name": name, "namespace": namespace},
                "type": "Warning",
                "reason": reason,
                "message": message,
                "count": 1,
                "firstTimestamp": now(),
                "lastTimestamp": now(),
            },
        )

    def log(self, pod: Object, *, previous: bool) -> str | None:
        """Return the log of a pod; None where a container before it is asked for and there is none."""
        fate = self.fate_of(pod)
        if previous and not fate.crashes:
            return None
        if "job-name" in pod["metadata"].get("labels", {}):
            started = {"level": "info", "message": "started", **self.info(pod)}
            return f"{json.dumps(started)}\n{fate.log}"
        return fate.log

    def info(self, pod: Object) -> dict[str, Any]:
        """Return what the service in a pod answers to GET /info."""
        container = pod["spec"]["containers"][0]
        env = {entry["name"]: entry.get("value", "") for entry in container.get("env", [])}
        digest = digest_of(pod)
        label = pod["metadata"]["labels"].get("app.kubernetes.io/version", "")
        answer = {
            "service": env.get("SERVICE_NAME", ""),
            "environment": env.get("ENVIRONMENT", ""),
            "digest": env.get("IMAGE_DIGEST", ""),
            "revision": self.revisions.get(digest, label),
            "runtime": {"name": "stand-in", "version": self.runtime},
        }
        return {**answer, **self.fate_of(pod).info}


def place_of(one: Object) -> tuple[str, str]:
    """Return the namespace and the name of an object."""
    return one["metadata"].get("namespace", ""), one["metadata"]["name"]


def is_ready(pod: Object) -> bool:
    """Return whether a pod is ready."""
    return any(
        condition["type"] == "Ready" and condition["status"] == "True"
        for condition in pod.get("status", {}).get("conditions", [])
    )


def digest_of(pod: Object) -> str:
    """Return the digest of the image that a pod runs, or ""."""
    found = re.search(r"@(sha256:[0-9a-f]+)$", pod["spec"]["containers"][0].get("image", ""))
    return found[1] if found else ""
