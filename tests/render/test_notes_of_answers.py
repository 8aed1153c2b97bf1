"""The notes of `scaffold set`: each one is printed for the change that it is about, and for no other one."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from support import ROOT

from scaffolder.template import answers, notes, releases
from scaffolder.tools.toolchain import SystemToolchain

Given = Mapping[str, object]

PLATFORM = {"kind": "platform"}
SHARED = {"cluster": "shared"}
EACH = {"accounts": "each"}
SERVER = {"runs_on": "server"}

BROUGHT: dict[str, tuple[tuple[Given, Given], ...]] = {
    "shared-cluster-forgets": (({}, SHARED), ({"cloud": "azure"}, {"cloud": "azure", **SHARED})),
    "gateway-and-monitoring-of-the-cluster": (
        ({"cloud": "none"}, {"cloud": "none", "platform_parts": "existing"}),
    ),
    "nodes-that-are-looked-after": (({"nodes": "manual"}, {"nodes": "managed"}),),
    "runs-at-set-times": (({}, {"workload": "cron"}),),
    "network-of-a-company": (({}, {"network": "company"}),),
    "account-for-each-environment": (
        ({}, EACH),
        ({"cloud": "azure"}, {"cloud": "azure", **EACH}),
    ),
    "secrets-from-a-store": (({}, {"secrets": "external-secrets"}),),
    "cheaper-outside-production": (({}, {"outside_production": "cheaper"}),),
    "takes-messages": (({}, {"workload": "worker"}),),
    "another-way-to-release": (
        ({}, {"rollout": "canary"}),
        ({}, {"rollout": "blue-green"}),
        ({}, {"rollout": "header"}),
    ),
    "release-with-downtime": (({}, {"rollout": "recreate"}),),
    "from-kubernetes-to-servers": (({"monitoring": "none"}, {**SERVER, "monitoring": "none"}),),
    "from-servers-to-kubernetes": ((SERVER, {}),),
    "load-balancer-before-servers": ((SERVER, {**SERVER, "servers": 2}),),
    "machine-that-watches": (({**SERVER, "monitoring": "none"}, SERVER),),
    "account-for-each-environment-of-a-platform": (
        (PLATFORM, {**PLATFORM, **EACH}),
        ({**PLATFORM, "cloud": "azure"}, {**PLATFORM, "cloud": "azure", **EACH}),
    ),
    "account-for-each-environment-of-a-service-on-a-platform": (
        (SHARED, {**SHARED, **EACH}),
        ({"cloud": "azure", **SHARED}, {"cloud": "azure", **SHARED, **EACH}),
    ),
    "load-before-the-next-environment": (({"level": "right"}, {"level": "fast"}),),
}
"""Answers before and after a change that brings the note and no other one."""


def brought(before: Given, after: Given, toolchain: SystemToolchain) -> list[str]:
    history = releases.embedded(toolchain)
    one, other = (
        answers.complete({"service_name": "my-service", **given}) for given in (before, after)
    )
    found = notes.chosen(history, history.releases[-1], one, other, toolchain)
    assert found.problems == ()
    return [note.id for note in found.entries]


def test_each_note_of_a_change_of_answers_is_in_the_table() -> None:
    found = notes.parse((ROOT / "notes.yml").read_text(encoding="utf-8"))
    assert {note.id for note in found.entries if note.at == "set"} == set(BROUGHT)


@pytest.mark.parametrize("name", BROUGHT)
def test_the_change_brings_its_note_and_the_way_back_does_not(
    name: str, toolchain: SystemToolchain
) -> None:
    for before, after in BROUGHT[name]:
        assert brought(before, after, toolchain) == [name]
        assert name not in brought(after, before, toolchain)
        assert brought(after, after, toolchain) == []
