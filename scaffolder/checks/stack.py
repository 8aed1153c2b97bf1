"""MO: Prometheus looks at what the repository declares for it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from scaffolder.model import Check, Finding, Location, NotApplicable, Verdict
from scaffolder.repository.project import Project
from scaffolder.repository.reading import table
from scaffolder.tools.toolchain import Toolchain

_SELECTORS = {
    "ServiceMonitor": "serviceMonitorSelector",
    "PodMonitor": "podMonitorSelector",
    "PrometheusRule": "ruleSelector",
    "Probe": "probeSelector",
    "ScrapeConfig": "scrapeConfigSelector",
}
"""What selects each kind in the values of kube-prometheus-stack. While `…NilUsesHelmValues` is not false, an empty
selector means the label `release` of the stack itself (values.yaml of the chart)."""


def prometheus_sees_what_is_declared(project: Project, toolchain: Toolchain) -> Verdict:
    """The values of kube-prometheus-stack let Prometheus see each kind of object that a chart here declares."""
    specs = [
        (file, spec) for file in project.matching("*values*.yaml", "*values*.yml") if (spec := _spec(project, file))
    ]
    if not specs:
        raise NotApplicable("there are no values of kube-prometheus-stack")
    declared = {kind: place for kind in _SELECTORS if (place := _declared(project, kind))}
    if not declared:
        raise NotApplicable("no object for Prometheus is declared here")
    file = max(specs, key=lambda one: len(one[1]))[0]
    findings = []
    for kind, place in declared.items():
        selector = _SELECTORS[kind]
        setting = f"{selector}NilUsesHelmValues"
        if not any(spec.get(setting) is False or spec.get(selector) for _, spec in specs):
            findings.append(
                Finding(
                    path=file,
                    line=project.line_of(file, "prometheusSpec:"),
                    message=f"Prometheus ignores each {kind} but those of its own release: {setting} is not false",
                    fix=f"set {setting}: false, or {selector} to labels that the {kind} has",
                    related=(place,),
                )
            )
    return Verdict(findings=tuple(findings), detail=", ".join(declared))


def _spec(project: Project, file: Path) -> dict[str, Any]:
    prometheus = table(project, file).get("prometheus")
    spec = prometheus.get("prometheusSpec") if isinstance(prometheus, dict) else None
    return spec if isinstance(spec, dict) else {}


def _declared(project: Project, kind: str) -> Location | None:
    """Where the first object of a kind stands, in a template of a chart or as it is."""
    for file in project.matching("*.yaml", "*.yml"):
        for number, line in enumerate(project.lines(file), 1):
            if re.fullmatch(rf"kind: {kind}", line.rstrip()):
                return Location(path=file, line=number, text=line.strip())
    return None


CHECKS = (Check(id="MO006", title="Prometheus sees what is declared", run=prometheus_sees_what_is_declared),)
