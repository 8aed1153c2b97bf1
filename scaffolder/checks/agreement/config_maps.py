"""Secrets and ConfigMaps that pods read: what makes them, and what restarts the pods."""

from __future__ import annotations

import difflib

from scaffolder.checks.agreement.findings import disagreement, distinct, limit_of
from scaffolder.model import Check, Finding, Location, NotApplicable, Severity, Verdict, counted
from scaffolder.repository import spelling
from scaffolder.repository.facts import charts, config_maps, pod_inputs
from scaffolder.repository.facts.charts import KubernetesObject
from scaffolder.repository.facts.config_maps import ConfigReference
from scaffolder.repository.facts.pod_inputs import CONFIG_MAP, PodInput
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


def inputs_are_made(project: Project, _: Toolchain) -> Verdict:
    """Each Secret and ConfigMap that a pod needs is made by something in the repository, or named.

    https://kubernetes.io/docs/concepts/configuration/secret/#using-a-secret
    """
    inputs = pod_inputs.inputs(project)
    if not inputs:
        raise NotApplicable("no pod needs a Secret or a ConfigMap")
    by_name: dict[tuple[str, str], list[PodInput]] = {}
    for one in pod_inputs.unmade(project):
        by_name.setdefault((one.kind, one.name), []).append(one)
    findings = [_unmade(project, readers) for readers in by_name.values()]
    findings += [_without_key(project, *one) for one in pod_inputs.without_key(project)]
    return Verdict(
        findings=distinct(findings),
        detail=counted(len(inputs), "reference"),
        limit=limit_of(charts.unread(project)),
    )


def _unmade(project: Project, readers: list[PodInput]) -> Finding:
    """Return that nothing makes what these read; a note if Secrets are made elsewhere as a rule."""
    one = readers[0]
    made = project.once(
        ("objects of a kind", one.kind),
        lambda: {other.name: other for other in charts.objects(project) if other.kind == one.kind},
    )
    slip = pod_inputs.misspelt_of(project, one.kind, one.name, one.workload)
    alike = difflib.get_close_matches(one.name, made, n=1, cutoff=_ALIKE)
    near = [slip] if slip in made else alike
    is_usual = one.kind == CONFIG_MAP or one.workload.origins or pod_inputs.makes_secrets(project)
    places = [made[near[0]].place(project, "metadata", "name")] if near else []
    making = "add it" if one.kind == CONFIG_MAP else "add an ExternalSecret or SealedSecret"
    return disagreement(
        one.place,
        f"reads {one.kind} {one.name}, which nothing here makes",
        [*places, *(other.place for other in readers[1:4] if other.place != one.place)],
        fix=f"read {near[0]}" if near else f"{making}, or name in README what makes it",
        severity=Severity.WARNING if is_usual or near else Severity.NOTE,
    )


def _without_key(project: Project, one: PodInput, maker: KubernetesObject) -> Finding:
    """Return that an object lacks a key: its container does not start."""
    near = spelling.meant(one.key, pod_inputs.keys_of(project, maker) or ())
    return disagreement(
        one.key_place or one.place,
        f"reads key {one.key} of {one.kind} {one.name}, which does not have it",
        maker.place(project, "metadata", "name"),
        fix=f"read key {near}" if near else f"add the key to {maker}, or read one that it has",
        severity=Severity.ERROR,
    )


def _fix(reference: ConfigReference) -> str:
    name = reference.config_map.name
    if reference.config_map == reference.at.path:  # a template that includes itself never ends
        name = f"config-{name}"
    annotation = (
        f'checksum/config: {{{{ include (print $.Template.BasePath "/{name}") . | sha256sum }}}}'
    )
    moved = f"move the ConfigMap to {name}, and " if name != reference.config_map.name else ""
    return f"{moved}annotate the pods with {annotation}"


_ALIKE = 0.75
"""How alike two names have to be for one to be meant by the other."""

CHECKS = (
    Check(
        id="AG064",
        severity=Severity.WARNING,
        title="Pods restart with their configuration",
        run=pods_restart_with_their_config,
    ),
    Check(
        id="AG065",
        severity=Severity.ERROR,
        title="Secrets and ConfigMaps that pods read are made",
        run=inputs_are_made,
    ),
)
