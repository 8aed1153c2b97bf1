"""HL: the chart is sound, and renders in every environment."""

from __future__ import annotations

import re
from pathlib import Path

from scaffolder import helm, manifests
from scaffolder.model import Check, Finding, Verdict
from scaffolder.project import Project
from scaffolder.toolchain import Toolchain
from scaffolder.tools import HELM

_PLACE = re.compile(r"\([^/\s()]+/(?P<file>templates/[^\s():]+):(?P<line>\d+)")
"""Where Helm says that a template failed: "(chart/templates/service.yaml:19:3)"."""


def lints(project: Project, toolchain: Toolchain) -> Verdict:
    """`helm lint --strict` has nothing to say, with the values of each environment."""
    chart = manifests.chart_of(project)
    everywhere = manifests.environments(project)
    said = helm.lint(
        toolchain,
        project.root / chart,
        [environment.release for environment in everywhere],
        kube_version=manifests.kubernetes_version(project),
    )
    findings = dict.fromkeys(
        Finding(
            path=chart / message.path,
            line=message.line,
            message=f"{_in(environment.name)}{message.text}",
        )
        for environment, linted in zip(everywhere, said, strict=True)
        for message in linted.messages
        if message.severity != "info"  # --strict passes these, as "icon is recommended"
    )
    return Verdict(findings=tuple(findings), detail=_environments(len(everywhere)))


def renders(project: Project, toolchain: Toolchain) -> Verdict:
    """The chart renders for each environment."""
    rendered = manifests.manifests(project, toolchain)
    chart = manifests.chart_of(project)
    findings = tuple(_unrendered(chart, one) for one in rendered if one.error)
    number = sum(len(one.objects) for one in rendered)
    return Verdict(findings=findings, detail=f"{_environments(len(rendered))}, {number} objects")


def _unrendered(chart: Path, one: manifests.Manifest) -> Finding:
    place = _PLACE.search(one.error)
    return Finding(
        path=chart / place["file"] if place else chart,
        line=int(place["line"]) if place else 0,
        message=f"{_in(one.environment)}does not render: {one.error}",
    )


def _in(environment: str) -> str:
    return f"in {environment}: " if environment else ""


def _environments(number: int) -> str:
    return f"{number} environments" if number > 1 else "1 environment"


CHECKS = (
    Check(id="HL001", title="helm lint --strict passes", run=lints, tool=HELM),
    Check(id="HL002", title="The chart renders everywhere", run=renders, tool=HELM),
)
