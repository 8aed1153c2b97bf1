"""How much a service asks for, how often it may run, and how much there is."""

from __future__ import annotations

from scaffolder.checks.agreement.findings import disagreement, distinct, limit_of
from scaffolder.model import Check, NotApplicable, Severity, Verdict, counted
from scaffolder.repository import quantity
from scaffolder.repository.facts import charts, deployments
from scaffolder.repository.facts.charts import LONG_RUNNING, KubernetesObject
from scaffolder.repository.project import Project
from scaffolder.tools.toolchain import Toolchain


def autoscaler_knows_requests(project: Project, _: Toolchain) -> Verdict:
    """A workload scaled by a share of CPU or memory requests some; the bounds are in order."""
    findings, looked = [], 0
    for scaler in (one for one in charts.objects(project) if one.kind == "HorizontalPodAutoscaler"):
        target = _target(project, scaler)
        if target is None:
            continue
        looked += 1
        for resource in _scaled_by(scaler):
            for way, container in target.containers():
                if charts.dig(container, "resources", "requests", resource) is None:
                    at = target.place(project, *way, "resources")
                    message = (
                        f"requests no {resource}, by which {scaler.kind} {scaler.name} scales it"
                    )
                    other = scaler.place(project, "spec", "metrics")
                    findings.append(
                        disagreement(at, message, other, fix=f"set resources.requests.{resource}")
                    )
        low, high = scaler.get("spec", "minReplicas"), scaler.get("spec", "maxReplicas")
        if isinstance(low, int) and isinstance(high, int) and low > high:
            message = f"minReplicas {low} is more than maxReplicas {high}"
            other = scaler.place(project, "spec", "maxReplicas")
            findings.append(
                disagreement(
                    scaler.place(project, "spec", "minReplicas"), message, other, fix="swap them"
                )
            )
    if not looked:
        raise NotApplicable("no autoscaler scales a workload that is here")
    return Verdict(
        findings=distinct(findings),
        detail=counted(looked, "autoscaler"),
        limit=limit_of(charts.unread(project)),
    )


def quota_has_room(project: Project, _: Toolchain) -> Verdict:
    """A namespace's ResourceQuota has room for the most pods that a workload may have there."""
    quotas = [one for one in charts.objects(project) if one.kind == "ResourceQuota"]
    findings, looked = [], 0
    for quota in quotas:
        for workload in (
            one
            for one in charts.objects(project)
            if one.kind in LONG_RUNNING and _lives_in(one, quota)
        ):
            looked += 1
            replicas, scaler = _most(project, workload)
            for key, asked in _asked(workload, replicas).items():
                granted = quantity.read(quota.get("spec", "hard", key))
                if granted is not None and asked > granted * 1.0001:
                    at = quota.place(project, "spec", "hard", key)
                    where = f" in {workload.environment}" if workload.environment else ""
                    pods = f"{replicas} pods of {workload.name}{where}"
                    message = (
                        f"grants {key} {quota.get('spec', 'hard', key)}, but {pods} ask for more"
                    )
                    other = (
                        scaler.place(project, "spec", "maxReplicas")
                        if scaler
                        else workload.place(project, "spec", "replicas")
                    )
                    findings.append(
                        disagreement(
                            at, message, other, fix="grant more, or run fewer or smaller pods"
                        )
                    )
    if not looked:
        raise NotApplicable("no ResourceQuota is for the namespace of a workload")
    return Verdict(
        findings=distinct(findings),
        detail=counted(looked, "comparison"),
        limit=limit_of(charts.unread(project)),
    )


def _target(project: Project, scaler: KubernetesObject) -> KubernetesObject | None:
    kind, name = (str(scaler.get("spec", "scaleTargetRef", key)) for key in ("kind", "name"))
    if kind not in LONG_RUNNING:
        return None
    return next(iter(deployments.named(project, scaler, kind, name)), None)


def _scaled_by(scaler: KubernetesObject) -> list[str]:
    if scaler.get("spec", "targetCPUUtilizationPercentage"):
        return ["cpu"]
    metrics = scaler.get("spec", "metrics")
    return [
        str(charts.dig(one, "resource", "name"))
        for one in (metrics if isinstance(metrics, list) else ())
        if charts.dig(one, "type") == "Resource"
        and charts.dig(one, "resource", "target", "averageUtilization")
    ]


def _lives_in(workload: KubernetesObject, quota: KubernetesObject) -> bool:
    namespace = quota.get("metadata", "namespace")
    own = workload.get("metadata", "namespace")
    return bool(namespace and own == namespace) or (
        quota.scope == workload.scope and own == namespace
    )


def _most(project: Project, workload: KubernetesObject) -> tuple[int, KubernetesObject | None]:
    """Return the most pods that a workload may have, and the autoscaler that sets the number."""
    for scaler in deployments.deployed_with(project, workload, "HorizontalPodAutoscaler"):
        most = scaler.get("spec", "maxReplicas")
        if scaler.get("spec", "scaleTargetRef", "name") == workload.name and isinstance(most, int):
            return most, scaler
    replicas = workload.get("spec", "replicas")
    return (replicas if isinstance(replicas, int) else 1), None


def _asked(workload: KubernetesObject, replicas: int) -> dict[str, float]:
    asked: dict[str, float] = {"pods": float(replicas)}
    for _, container in workload.containers():
        for kind in ("requests", "limits"):
            given = charts.dig(container, "resources", kind)
            for name, amount in given.items() if isinstance(given, dict) else ():
                number = quantity.read(amount)
                for key in (f"{kind}.{name}", *((str(name),) if kind == "requests" else ())):
                    asked[key] = asked.get(key, 0.0) + (number or 0.0) * replicas
    return asked


CHECKS = (
    Check(id="AG025", title="Autoscaled resources have requests", run=autoscaler_knows_requests),
    Check(
        id="AG026",
        severity=Severity.WARNING,
        title="The quota has room for all pods",
        run=quota_has_room,
    ),
)
