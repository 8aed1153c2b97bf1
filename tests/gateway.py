"""A stand-in for the proxy of a Gateway and for Prometheus: no real one, its configuration follows the HTTPRoute.

Each request is matched, given to a Service by weight and answered by a pod that is ready, as the Gateway API describes it
(https://gateway-api.sigs.k8s.io/api-types/httproute/). What is counted by the way is what Prometheus would count.

Time here is counted in requests. A machine that has other work may send few of them in a second; so whoever asks about some
seconds gets those that are missing sent first, and no answer depends on how fast the machine is.
"""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from control_plane.pods import PODS, digest_of, is_ready, served
from control_plane.server import ControlPlane

ROUTES = served("gateway.networking.k8s.io", "v1", "httproutes")
SERVICES = served("", "v1", "services")
NAMESPACE = "my-service"
HEADER = {"X-Candidate": "true"}

Object = dict[str, Any]


@dataclass(frozen=True)
class Answered:
    """One request: when, whose pod answered, and how. Without a pod it was lost."""

    at: float
    digest: str
    track: str
    code: int
    with_header: bool
    weight: int
    """The weight of the candidate in the route at that time."""

    @property
    def lost(self) -> bool:
        return not self.digest


@dataclass
class GatewayStandIn:
    """Sends requests for as long as it is open, and answers what Prometheus is asked about them."""

    plane: ControlPlane
    a_second: int = 150
    """How many requests each second has that Prometheus is asked about. A third of them comes by itself."""
    answered: list[Answered] = field(default_factory=list)
    _turns: Counter[str] = field(default_factory=Counter)
    _stop: threading.Event = field(default_factory=threading.Event)
    _one_at_a_time: threading.Lock = field(default_factory=threading.Lock)
    _number: int = 0
    _version: int = -1
    _read: tuple[Object | None, dict[str, Object], list[Object]] = field(
        default_factory=lambda: (None, {}, [])
    )

    def __enter__(self) -> GatewayStandIn:
        self.plane.prometheus = self.query
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(10)

    def _run(self) -> None:
        while not self._stop.wait(3 / self.a_second):
            self._next(time.time())

    def _next(self, at: float) -> None:
        """Send the next request; one of twenty has the header."""
        with self._one_at_a_time:
            self._number += 1
            headers = HEADER if self._number % 20 == 0 else {}
            if answer := self.send(headers, at):
                self.answered.append(answer)

    # ---- requests ----------------------------------------------------------------------------------------------

    def send(self, headers: dict[str, str], at: float) -> Answered | None:
        """Send one request; None as long as no route exists."""
        route, services, pods = self._configuration()
        if route is None:
            return None
        backend = services.get(self._backend(_rule(route, headers)))
        pod = self._pod(backend, pods) if backend else None
        weight = _weights(_rule(route, {})).get("my-service-candidate", 0)
        if pod is None:
            return Answered(at, "", "", 503, bool(headers), weight)
        digest = digest_of(pod)
        failed = self._of_a_share(digest, self.plane.pods.fate_of(pod).fails)
        track = pod["metadata"]["labels"].get("track", "")
        code = 500 if failed else 200
        return Answered(at, digest, track, code, bool(headers), weight)

    def _configuration(self) -> tuple[Object | None, dict[str, Object], list[Object]]:
        """Return the route, the Services and the pods as they are, read again when anything has changed."""
        storage = self.plane.api.storage
        if storage.version != self._version:
            with storage.changed:
                self._version = storage.version
                self._read = (
                    storage.get(ROUTES, NAMESPACE, "my-service"),
                    {one["metadata"]["name"]: one for one in storage.select(SERVICES, NAMESPACE)},
                    storage.select(PODS, NAMESPACE),
                )
        return self._read

    def _backend(self, rule: Object) -> str:
        """Return the Service whose turn it is, evenly by weight; "" where all weights are 0."""
        weights = _weights(rule)
        total = sum(weights.values())
        if not total:
            return ""
        for name, weight in weights.items():
            self._turns[name] += weight
        chosen = max(weights, key=lambda name: self._turns[name] if weights[name] else -(10**9))
        self._turns[chosen] -= total
        return chosen

    def _pod(self, service: Object, every: list[Object]) -> Object | None:
        pods = [pod for pod in every if _serves(pod, service)]
        key = f"pods of {service['metadata']['name']}"
        self._turns[key] += 1
        return pods[self._turns[key] % len(pods)] if pods else None

    def _of_a_share(self, key: str, share: float) -> bool:
        self._turns[f"failures of {key}"] += 1
        number = self._turns[f"failures of {key}"]
        return int(number * share) > int((number - 1) * share)

    # ---- what was seen -----------------------------------------------------------------------------------------

    def lost(self) -> list[Answered]:
        """Return the requests that no pod answered."""
        return [one for one in self.answered if one.lost]

    def share(self, weight: int) -> float:
        """Return the share of the requests without the header that the candidate got at a weight, of 100."""
        seen = [one for one in self.answered if one.weight == weight and not one.with_header]
        assert len(seen) >= self.a_second, f"{len(seen)} requests at weight {weight}"
        return 100 * sum(one.track == "candidate" for one in seen) / len(seen)

    def codes(self, digest: str) -> Counter[int]:
        """Return how often an image answered with which code to requests without the header."""
        found = (one for one in self.answered if one.digest == digest and not one.with_header)
        return Counter(one.code for one in found)

    def query(self, promql: str, until: float) -> float:
        """Answer the queries of ci/rollout.sh; every request took less than a quarter of a second."""
        if promql == "vector(1)":
            return 1.0
        asked = re.fullmatch(
            r'sum\(increase\((\w+)\{job="my-service",track(!?=)"candidate"'
            r'(,code=~"5\.\.")?(,le="0\.25")?\}\[(\d+)s\]\)\)',
            promql,
        )
        assert asked, promql
        since = until - int(asked[5])
        self._catch_up(since, until)
        return float(
            sum(
                (one.track == "candidate") == (asked[2] == "=")
                and since <= one.at < until
                and not one.lost
                and (one.code >= 500 or not asked[3])
                for one in list(self.answered)
            )
        )

    def _catch_up(self, since: float, until: float) -> None:
        """Send what these seconds lack of their requests: nothing has changed since then, for whoever asks waits."""
        there = sum(since <= one.at < until for one in list(self.answered))
        for _ in range(there, round(self.a_second * (until - since))):
            self._next(until - 0.001)


def _rule(route: Object, headers: dict[str, str]) -> Object:
    """Return the rule for a request: of those that match, the one that asks for most headers."""
    rules: list[Object] = route["spec"]["rules"]
    fitting = [rule for rule in rules if all(headers.get(n) == v for n, v in _wanted(rule))]
    return max(fitting, key=lambda rule: len(_wanted(rule)))


def _weights(rule: Object) -> dict[str, int]:
    return {one["name"]: one.get("weight", 1) for one in rule["backendRefs"]}


def _wanted(rule: Object) -> list[tuple[str, str]]:
    headers = rule["matches"][0].get("headers", [])
    return [(header["name"], header["value"]) for header in headers]


def _serves(pod: Object, service: Object) -> bool:
    labels = pod["metadata"].get("labels", {})
    leaving = pod["metadata"].get("deletionTimestamp")
    selected = service["spec"]["selector"].items() <= labels.items()
    return selected and is_ready(pod) and not leaving
