"""MO: Prometheus looks at what the repository declares for it."""

from __future__ import annotations

from scaffolder.model import Check, Finding, NotApplicable, Verdict
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
"""What selects each kind in the values of kube-prometheus-stack. While `…NilUsesHelmValues` is not false, an empty
selector means the label `release` of the stack itself (values.yaml of the chart)."""


def prometheus_sees_what_is_declared(project: Project, toolchain: Toolchain) -> Verdict:
    """The values of kube-prometheus-stack let Prometheus see each kind of object that a chart here declares."""
    specs = monitoring.stack_values(project)
    if not specs:
        raise NotApplicable("there are no values of kube-prometheus-stack")
    declared = {kind: place for kind in _SELECTORS if (place := monitoring.declared(project, kind))}
    if not declared:
        raise NotApplicable("no object for Prometheus is declared here")
    longest = max(specs, key=lambda one: len(one.prometheus))
    findings = []
    for kind, place in declared.items():
        selector = _SELECTORS[kind]
        setting = f"{selector}NilUsesHelmValues"
        if not any(
            one.prometheus.get(setting) is False or one.prometheus.get(selector) for one in specs
        ):
            findings.append(
                Finding(
                    path=longest.path,
                    line=longest.line,
                    message=f"Prometheus ignores each {kind} but those of its own release: {setting} is not false",
                    fix=f"set {setting}: false, or {selector} to labels that the {kind} has",
                    related=(place,),
                )
            )
    return Verdict(findings=tuple(findings), detail=", ".join(declared))


CHECKS = (
    Check(
        id="MO006", title="Prometheus sees what is declared", run=prometheus_sees_what_is_declared
    ),
)
