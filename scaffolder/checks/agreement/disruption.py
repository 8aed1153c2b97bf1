"""How many pods there are, who decides it, and whether one of them may go."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from math import ceil
from typing import Any

from scaffolder.checks.agreement.findings import disagreement, distinct, limit_of
from scaffolder.formats.regex import regex
from scaffolder.model import Check, Finding, NotApplicable, Severity, Verdict, counted
from scaffolder.repository.facts import charts, deployments
from scaffolder.repository.facts.charts import LONG_RUNNING, KubernetesObject
from scaffolder.repository.project import Project
from scaffolder.tools.toolchain import Toolchain

_SCALERS = ("HorizontalPodAutoscaler", "ScaledObject")
_NO_NUMBER = "take replicas out of the workload; the autoscaler keeps the number"


def one_owner_of_the_number_of_pods(project: Project, _: Toolchain) -> Verdict:
    """A workload that an autoscaler scales states no number of pods itself."""
    findings, looked = [], 0
    for scaler in _each(project, *_SCALERS):
        target = _target(project, scaler)
        if target is None:
            continue
        looked += 1
        replicas = target.get("spec", "replicas")
        if isinstance(replicas, int) and replicas > 0:
            at = target.place(project, "spec", "replicas")
            message = (
                f"replicas is {replicas}, and {scaler.kind} {scaler.name} scales the same pods: "
                "each deployment sets the number back"
            )
            other = scaler.place(project, "spec", "scaleTargetRef")
            findings.append(disagreement(at, message, other, fix=_NO_NUMBER))
    if not looked:
        raise NotApplicable("no autoscaler scales a workload that is here")
    return _verdict(project, findings, looked, "autoscaler")


_CHANGING = regex(
    r"(?i)(?:app\.kubernetes\.io/version|helm\.sh/(?:chart|revision)|chart"
    r"|(?:[\w.-]+/)?(?:git[-_.]?)?(?:commit|sha|revision|build|release[-_.]?date|timestamp|date)"
    r"(?:[-_.]?(?:id|hash|number|sha))?)"
)
"""Labels whose value another release changes, by their names."""


_STAYS = regex(r"(?i)(?:^|[-_.])(?:latest|stable|main|master|edge|nightly|snapshot|dev)$")
"""A version that the next release has as well."""


_NAMED = regex(r"-v?(\d+)(?:-[a-z-]+)?$")
"""The version of a workload in its name."""

_OF_A_MESH = regex(r"v\d{1,2}")
"""The version of a variant, by which Istio routes to it: it stays while the image changes.

https://istio.io/latest/docs/ops/deployment/application-requirements/
"""


def selectors_keep_their_labels(project: Project, _: Toolchain) -> Verdict:
    """The selector of a workload, which is immutable, has no label that a release changes."""
    selecting = [
        one for one in _each(project, *LONG_RUNNING) if one.get("spec", "selector", "matchLabels")
    ]
    if not selecting:
        raise NotApplicable("no workload has a selector")
    findings = []
    for workload in selecting:
        labels = charts.texts(workload.get("spec", "selector", "matchLabels"))
        for label, value in labels.items():
            if _changes(label, value, workload):
                at = workload.place(project, "spec", "selector", "matchLabels", label)
                findings.append(
                    Finding(
                        path=at.path,
                        line=at.line,
                        message=f"the selector of {workload} holds {label}, which changes with a "
                        'release: Kubernetes refuses the next one, "field is immutable"',
                        fix=f"take {label} out of the selector; keep it among the pod's labels",
                    )
                )
    return _verdict(project, findings, len(selecting), "workload")


def _changes(label: str, value: str, workload: KubernetesObject) -> bool:
    """Return whether a label changes: by its name, and not where the object is named after it."""
    if value and value.lower() in workload.name.lower():
        return False  # shop-v1 beside shop-v2: a workload of its own for each version
    if (named := _NAMED.search(workload.name)) and re.match(rf"v?{named[1]}(?:\.|$)", value):
        return False  # shop-v1 with the version 1.0
    if _OF_A_MESH.fullmatch(value) and label == "version":
        return False
    if _STAYS.search(value):
        return False
    if _CHANGING.fullmatch(label):
        return label != "chart" or bool(re.search(r"-\d+\.\d+", value))
    tags = {
        str(container.get("image", "")).rpartition(":")[2] for _, container in workload.containers()
    }
    return label in {"version", "tag", "image"} and value in tags - {"latest"}


def budgets_let_a_pod_go(project: Project, _: Toolchain) -> Verdict:
    """A PodDisruptionBudget lets at least one pod of its workload be evicted."""
    budgets = list(_each(project, "PodDisruptionBudget"))
    if not budgets:
        raise NotApplicable("no PodDisruptionBudget")
    findings = list(chain.from_iterable(_of_budget(project, budget) for budget in budgets))
    return _verdict(project, findings, len(budgets), "budget")


def _of_budget(project: Project, budget: KubernetesObject) -> Iterator[Finding]:
    most, least = (budget.get("spec", key) for key in ("maxUnavailable", "minAvailable"))
    if str(most) in {"0", "0%"}:
        yield _blocked(project, budget, "maxUnavailable", f"maxUnavailable is {most}")
    elif str(least) == "100%":
        yield _blocked(project, budget, "minAvailable", "minAvailable is 100%")
    elif least is not None:
        for workload in _guarded(project, budget):
            pods = _fewest(project, workload)
            if pods and _needed(least, pods) >= pods:
                known = f"minAvailable is {least} of {counted(pods, 'pod')} of {workload}"
                finding = _blocked(project, budget, "minAvailable", known)
                # One pod may be wanted; that its node is never drained rarely is.
                yield finding if pods > 1 else replace(finding, severity=Severity.WARNING)
                return


def _blocked(project: Project, budget: KubernetesObject, key: str, known: str) -> Finding:
    at = budget.place(project, "spec", key)
    return Finding(
        path=at.path,
        line=at.line,
        message=f"{budget.name}: {known}, so no pod may be evicted: a node is never drained, and "
        "an upgrade of the cluster stops",
        fix="maxUnavailable: 1, and two pods or more",
    )


def _needed(least: Any, pods: int) -> int:
    text = str(least)
    if found := re.fullmatch(r"(\d+)%", text):
        return ceil(int(found[1]) * pods / 100)
    return int(text) if text.isdigit() else 0


def _guarded(project: Project, budget: KubernetesObject) -> Iterator[KubernetesObject]:
    selector = charts.texts(budget.get("spec", "selector", "matchLabels"))
    if selector and not budget.get("spec", "selector", "matchExpressions"):
        for workload in deployments.selected(project, budget, selector):
            if workload.kind in LONG_RUNNING:
                yield workload


def _fewest(project: Project, workload: KubernetesObject) -> int:
    """Return the fewest pods that a workload has by its own files; 0 if they do not tell."""
    if workload.kind == "DaemonSet":
        return 0
    for scaler in deployments.deployed_with(project, workload, *_SCALERS):
        name = charts.dig(scaler.get("spec", "scaleTargetRef"), "name")
        if name == workload.name and _target(project, scaler) is workload:
            key = "minReplicas" if scaler.kind == _SCALERS[0] else "minReplicaCount"
            low = scaler.get("spec", key)
            return low if isinstance(low, int) else 1
    replicas = workload.get("spec", "replicas")
    return replicas if isinstance(replicas, int) else 1 if replicas is None else 0


def _target(project: Project, scaler: KubernetesObject) -> KubernetesObject | None:
    reference = scaler.get("spec", "scaleTargetRef")
    name = str(charts.dig(reference, "name"))
    kind = str(charts.dig(reference, "kind") or "Deployment")
    if kind not in LONG_RUNNING:
        return None
    return next(iter(deployments.named(project, scaler, kind, name)), None)


def _each(project: Project, *kinds: str) -> Iterator[KubernetesObject]:
    yield from (one for one in charts.objects(project) if one.kind in kinds)


def _verdict(project: Project, findings: list[Finding], looked: int, what: str) -> Verdict:
    return Verdict(
        findings=distinct(findings),
        detail=counted(looked, what),
        limit=limit_of(charts.unread(project)),
    )


CHECKS = (
    Check(
        id="AG054",
        title="One owner of the number of pods",
        run=one_owner_of_the_number_of_pods,
    ),
    Check(id="AG055", title="Selectors keep their labels", run=selectors_keep_their_labels),
    Check(id="AG056", title="Disruption budgets allow an eviction", run=budgets_let_a_pod_go),
)
