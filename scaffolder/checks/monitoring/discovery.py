"""MO: Prometheus looks at what the repository declares for it."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from scaffolder.model import Check, Finding, Location, NotApplicable, Verdict
from scaffolder.repository.facts import monitoring
from scaffolder.repository.project import Project
from scaffolder.tools.toolchain import Toolchain

_SELECTORS = {
    "ServiceMonitor": "serviceMonitorSelector",
    "PodMonitor": "podMonitorSelector",
    "PrometheusRule": "ruleSelector",
    "Probe": "probeSelector",
    "ScrapeConfig": "scrapeConfigSelector",
}
"""The selector of each kind in the values of kube-prometheus-stack.

While `…NilUsesHelmValues` is not false, an empty selector means the label `release` of the stack
itself (values.yaml of the chart).
"""


def prometheus_sees_what_is_declared(project: Project, toolchain: Toolchain) -> Verdict:
    """The values of kube-prometheus-stack select each kind of object that a chart here declares."""
    specs = monitoring.stack_values(project)
    if not specs:
        raise NotApplicable("no values of kube-prometheus-stack")
    declared: dict[str, tuple[Location, list[monitoring.StackValues]]] = {}
    for kind in _SELECTORS:
        for place in _first(project, kind, specs):
            if near := [one for one in specs if not _is_another(one.path, place.path)]:
                declared[kind] = (place, near)
    if not declared:
        raise NotApplicable("no object for Prometheus is declared here")
    findings = []
    for kind, (place, near) in declared.items():
        longest = max(near, key=lambda one: len(one.prometheus))
        selector = _SELECTORS[kind]
        setting = f"{selector}NilUsesHelmValues"
        if not any(
            one.prometheus.get(setting) is False or one.prometheus.get(selector) for one in near
        ):
            findings.append(
                Finding(
                    path=longest.path,
                    line=longest.line,
                    message=(
                        f"Prometheus ignores each {kind} but those of its own release: {setting} is"
                        " not false"
                    ),
                    fix=f"set {setting}: false, or {selector} to labels that the {kind} has",
                    related=(place,),
                )
            )
    return Verdict(findings=tuple(findings), detail=", ".join(declared))


_COLLECTIONS = frozenset(
    {"lessons", "tutorials", "examples", "samples", "chapters", "exercises", "labs", "demos"}
)
"""Folders whose folders have nothing to do with each other."""


def _first(
    project: Project, kind: str, specs: tuple[monitoring.StackValues, ...]
) -> list[Location]:
    """Return the first object of a kind that is for a Prometheus with one of these values."""
    places = monitoring.declared(project, kind)
    fitting = (
        place
        for place in places
        if not all(_is_another(one.path, place.path) for one in specs)
        and not monitoring.names_a_release(project, place.path)
    )
    return [*islice(fitting, 1)]


def _is_another(values: Path, file: Path) -> bool:
    """Return whether a file is of another installation, as lessons/072 is for lessons/138."""
    pairs = list(zip(values.parent.parts, file.parent.parts, strict=False))
    for at, (ours, theirs) in enumerate(pairs):
        if ours != theirs:
            numbered = ours[:1].isdigit() and theirs[:1].isdigit()
            return numbered or (at > 0 and pairs[at - 1][0].lower() in _COLLECTIONS)
    return False


CHECKS = (
    Check(
        id="MO006",
        title="Prometheus selects monitors and rules",
        run=prometheus_sees_what_is_declared,
    ),
)
