"""Renderings of scaffolder.repository.facts without Helm equal those of Helm itself, for every example."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import ROOT

from scaffolder.repository import manifests
from scaffolder.repository.facts import charts
from scaffolder.repository.project import Project
from scaffolder.tools.programs import HELM
from scaffolder.tools.toolchain import SystemToolchain

pytestmark = pytest.mark.packaged

EXAMPLES = sorted(chart.parents[2] for chart in (ROOT / "examples").glob("*/helm/*/Chart.yaml"))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_the_objects_are_those_of_helm(example: Path, toolchain: SystemToolchain) -> None:
    if toolchain.find(HELM) is None:
        pytest.skip(f"helm is not installed: {HELM.how_to_get}")
    project = Project(example)
    theirs = {
        (one.environment, one.kind, one.content["metadata"]["name"]): one.content
        for one in manifests.objects(project, toolchain)
    }
    ours = {
        (one.environment, one.kind, one.name): one.content
        for one in charts.objects(project)
        if one.origins
    }
    assert ours.keys() == theirs.keys()
    assert {
        key for key in ours if _without_last_break(ours[key]) != _without_last_break(theirs[key])
    } == set()
    assert charts.unread(project) == ()


def _without_last_break(value: object) -> object:
    """A block of text at the end of a template keeps its last line break here, and loses it in Helm."""
    if isinstance(value, dict):
        return {key: _without_last_break(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_without_last_break(one) for one in value]
    return value.rstrip("\n") if isinstance(value, str) else value
