"""The API server of our tests does what a real one was recorded doing."""

from __future__ import annotations

from typing import Any

import pytest
from api_server import APPLY, ScriptedServer, patched, recorded, replayed

UPGRADES = recorded("upgrades")
SECURITY = recorded("pod-security")
PLURALS = {
    "Deployment": "deployments",
    "Service": "services",
    "PodDisruptionBudget": "poddisruptionbudgets",
    "HorizontalPodAutoscaler": "horizontalpodautoscalers",
}


def sent(change: str) -> dict[str, Any]:
    entry: dict[str, Any] = UPGRADES["changes"][change]
    return entry.get("object") or patched(
        UPGRADES["changes"]["unchanged"]["object"], entry["change"]
    )


CASES = [(change, who) for change, entry in UPGRADES["changes"].items() for who in entry["answers"]]


@pytest.mark.parametrize(("change", "who"), CASES, ids=" ".join)
def test_an_apply_is_answered_as_recorded(change: str, who: str) -> None:
    base, _, manager = who.partition(" as ")
    server, one = ScriptedServer(), sent(change)
    path = f"/team/{PLURALS[one['kind']]}/billing"
    server.installed[path] = UPGRADES["installed"][base][one["kind"]]
    expected = replayed(UPGRADES["changes"][change]["answers"][who])
    reply = server.answer(path, {"fieldManager": manager}, one, APPLY)
    assert reply.status == expected.status
    if expected.status != 200:
        assert reply.content == expected.content


@pytest.mark.parametrize(
    "fault", ["nfs-volume", "hostPath-volume", "hostPort", "hostNetwork", "sysctl"]
)
def test_a_deployment_is_accepted_with_the_recorded_warning(fault: str) -> None:
    server = ScriptedServer()
    server.enforces = "restricted:latest"
    one = patched(SECURITY["good"], SECURITY["changes"][fault])
    expected = replayed(SECURITY["deployments"][fault])
    reply = server.answer("/team/deployments/billing", {"fieldManager": "helm"}, one, APPLY)
    assert (reply.status, reply.warnings) == (expected.status, expected.warnings)


@pytest.mark.parametrize("fault", ["nfs-volume", "hostPath-volume", "hostNetwork", "sysctl"])
def test_a_pod_is_refused_as_recorded(fault: str) -> None:
    server = ScriptedServer()
    server.enforces = "restricted:latest"
    template = patched(SECURITY["good"], SECURITY["changes"][fault])["spec"]["template"]
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "billing-test"},
        "spec": template["spec"],
    }
    expected = replayed(SECURITY["pods"][fault])
    reply = server.answer("/team/pods", {}, pod, "application/json")
    assert reply == expected
