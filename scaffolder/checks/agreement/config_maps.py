"""Pods that take variables from a ConfigMap, and what restarts them."""

from __future__ import annotations

from scaffolder.checks.agreement.findings import disagreement, distinct
from scaffolder.model import Check, Location, NotApplicable, Severity, Verdict, counted
from scaffolder.repository.facts import config_maps
from scaffolder.repository.facts.config_maps import ConfigReference
from scaffolder.repository.project import Project
from scaffolder.tools.toolchain import Toolchain


def pods_restart_with_their_config(project: Project, _: Toolchain) -> Verdict:
    """A change of a ConfigMap of which pods take variables changes the pods as well.

    https://helm.sh/docs/howto/charts_tips_and_tricks/#automatically-roll-deployments
    """
    references = config_maps.references(project)
    if not references:
        raise NotApplicable("no pod of a chart takes variables from a ConfigMap of the chart")
    findings = [
        disagreement(
            reference.at,
            "a change of this ConfigMap restarts no pod: variables are read when a pod starts",
            Location(path=reference.config_map),
            fix=_fix(reference),
        )
        for reference in references
        if not reference.restarts
    ]
    return Verdict(findings=distinct(findings), detail=counted(len(references), "reference"))


def _fix(reference: ConfigReference) -> str:
    name = reference.config_map.name
    if reference.config_map == reference.at.path:  # a template that includes itself never ends
        name = f"config-{name}"
    annotation = (
        f'checksum/config: {{{{ include (print $.Template.BasePath "/{name}") . | sha256sum }}}}'
    )
    moved = f"move the ConfigMap to {name}, and " if name != reference.config_map.name else ""
    return f"{moved}annotate the pods with {annotation}"


CHECKS = (
    Check(
        id="AG064",
        severity=Severity.WARNING,
        title="Pods restart with their configuration",
        run=pods_restart_with_their_config,
    ),
)
