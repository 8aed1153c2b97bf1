"""The stand-in for the proxy of a Gateway: its configuration is the HTTPRoute, and nothing else decides who answers.

The shares that `make rollouts` counts are counted here, so what it does with a route has tests of its own. It is no real proxy:
a real one may take seconds to follow a route, and divides at random.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from control_plane.api import Api
from control_plane.pods import PODS, Fate, Pods
from control_plane.server import ControlPlane
from gateway import HEADER, NAMESPACE, ROUTES, SERVICES, GatewayStandIn
from lab import digest

pytestmark = pytest.mark.only_git

STABLE, CANDIDATE = "my-service", "my-service-candidate"
WEIGHTED = [{STABLE: 90, CANDIDATE: 10}]


@pytest.fixture
def gateway() -> GatewayStandIn:
    """A proxy with one pod of each track, and no route."""
    api = Api()
    gateway = GatewayStandIn(ControlPlane(api, Pods(api), {}, 0, Path(), []))
    for name, track, letter in ((STABLE, "stable", "a"), (CANDIDATE, "candidate", "b")):
        put_pod(gateway, name, track, letter)
        metadata = {"name": name, "namespace": NAMESPACE}
        service = {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": metadata,
            "spec": {"selector": {"track": track}},
        }
        api.storage.put(SERVICES, service)
    return gateway


def put_pod(
    gateway: GatewayStandIn, name: str, track: str, letter: str, *, ready: bool = True
) -> None:
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": NAMESPACE, "labels": {"track": track}},
        "spec": {"containers": [{"image": f"registry.example.com/x@{digest(letter)}"}]},
        "status": {"conditions": [{"type": "Ready", "status": "True" if ready else "False"}]},
    }
    gateway.plane.api.storage.put(PODS, pod)


def put_route(gateway: GatewayStandIn, weights: list[dict[str, int]], *, header: str = "") -> None:
    """Write a route; each rule is which Service gets which weight. The first one asks for the header if one is named."""
    rules: list[dict[str, Any]] = [
        {
            "matches": [{"path": {"type": "PathPrefix", "value": "/"}}],
            "backendRefs": [{"name": name, "weight": weight} for name, weight in rule.items()],
        }
        for rule in weights
    ]
    if header:
        rules[0]["matches"][0]["headers"] = [{"name": header, "value": "true"}]
    route = {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"name": STABLE, "namespace": NAMESPACE},
        "spec": {"rules": rules},
    }
    gateway.plane.api.storage.put(ROUTES, route)


def answers(gateway: GatewayStandIn, number: int, headers: dict[str, str]) -> Counter[str]:
    """Send requests, and return which track answered how many; "" is a lost one."""
    sent = [gateway.send(headers, 0.0) for _ in range(number)]
    return Counter(one.track for one in sent if one is not None)


def test_without_a_route_no_request_is_answered(gateway: GatewayStandIn) -> None:
    assert gateway.send({}, 0.0) is None


@pytest.mark.parametrize("weight", [0, 10, 50, 100])
def test_each_service_gets_the_share_of_its_weight(gateway: GatewayStandIn, weight: int) -> None:
    put_route(gateway, [{STABLE: 100 - weight, CANDIDATE: weight}])
    expected = Counter({"stable": 10 * (100 - weight), "candidate": 10 * weight})
    assert answers(gateway, 1000, {}) == +expected


def test_shares_follow_the_route_from_one_request_to_the_next(gateway: GatewayStandIn) -> None:
    put_route(gateway, WEIGHTED)
    assert answers(gateway, 100, {}) == {"stable": 90, "candidate": 10}
    put_route(gateway, [{STABLE: 50, CANDIDATE: 50}])
    assert answers(gateway, 100, {}) == {"stable": 50, "candidate": 50}
    put_route(gateway, [{STABLE: 100}])
    assert answers(gateway, 100, {}) == {"stable": 100}


def test_the_header_of_the_route_leads_to_the_candidate_and_no_other_header_does(
    gateway: GatewayStandIn,
) -> None:
    put_route(gateway, [{CANDIDATE: 1}, {STABLE: 100}], header="X-Candidate")
    assert answers(gateway, 10, HEADER) == {"candidate": 10}
    assert answers(gateway, 10, {}) == {"stable": 10}
    put_route(gateway, [{CANDIDATE: 1}, {STABLE: 100}], header="X-Other")
    assert answers(gateway, 10, HEADER) == {"stable": 10}


def test_a_service_without_a_ready_pod_loses_its_share(gateway: GatewayStandIn) -> None:
    put_route(gateway, WEIGHTED)
    put_pod(gateway, CANDIDATE, "candidate", "b", ready=False)
    assert answers(gateway, 100, {}) == {"stable": 90, "": 10}


def test_weights_that_are_all_0_lose_every_request(gateway: GatewayStandIn) -> None:
    put_route(gateway, [{STABLE: 0, CANDIDATE: 0}])
    assert answers(gateway, 10, {}) == {"": 10}


def test_prometheus_counts_the_requests_that_the_proxy_has_sent(gateway: GatewayStandIn) -> None:
    put_route(gateway, WEIGHTED)
    gateway.plane.pods.fates[digest("b")] = Fate(fails=0.5)
    asked = 'sum(increase(http_requests_total{job="my-service",track%s}[2s]))'
    every = (
        gateway.query(asked % '="candidate"', 100.0),
        gateway.query(asked % '!="candidate"', 100.0),
    )
    seen = Counter(one.track for one in gateway.answered)
    assert every == (float(seen["candidate"]), float(seen["stable"]))
    assert sum(every) == 2 * gateway.a_second
    failed = gateway.query(asked % '="candidate",code=~"5.."', 100.0)
    assert failed == sum(one.code == 500 for one in gateway.answered)
    assert 0 < failed < every[0]
