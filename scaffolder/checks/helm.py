"""HL: the chart is sound, and renders in every environment."""

from __future__ import annotations

from pathlib import Path

from scaffolder import helm, manifests
from scaffolder.model import Check, Finding, Severity, Verdict
from scaffolder.project import Project
from scaffolder.toolchain import HELM, Toolchain


def lints(project: Project, toolchain: Toolchain) -> Verdict:
    """`helm lint --strict` has nothing to say, with the values of each environment."""
    chart = manifests.chart_of(project)
    named = manifests.inputs(project)
    spoken = helm.lint(
        toolchain,
        project.root / chart,
        [one for _, one in named],
        kube_version=f"{manifests.kubernetes_version(project)}.0",
    )
    findings = {
        Finding(
            path=_place(project, chart, message.path),
            message=f"{_in(environment)}{message.text}",
            severity=Severity.WARNING if message.severity == "info" else Severity.ERROR,
        )
        for (environment, _), messages in zip(named, spoken, strict=True)
        for message in messages
    }
    return Verdict(findings=tuple(findings), detail=_environments(len(named)))


def renders(project: Project, toolchain: Toolchain) -> Verdict:
    """The chart renders for each environment."""
    rendered = manifests.manifests(project, toolchain)
    chart = manifests.chart_of(project)
    findings = tuple(
        Finding(path=chart, message=f"{_in(one.environment)}does not render: {one.error}")
        for one in rendered
        if one.error
    )
    number = sum(len(one.objects) for one in rendered)
    return Verdict(findings=findings, detail=f"{_environments(len(rendered))}, {number} objects")


def _place(project: Project, chart: Path, path: str) -> Path:
    """Where Helm's word for a place ("templates/", "values.yaml", "") lies in the repository."""
    return chart / path if path and project.has(chart / path) else chart


def _in(environment: str) -> str:
    return f"in {environment}: " if environment else ""


def _environments(number: int) -> str:
    return f"{number} environments" if number > 1 else "1 environment"


CHECKS = (
    Check(id="HL001", title="helm lint --strict passes", run=lints, tool=HELM),
    Check(id="HL002", title="The chart renders everywhere", run=renders, tool=HELM),
)
