"""Who selects whom by labels, and who may talk to whom."""

from __future__ import annotations

from scaffolder.checks.agreement.findings import disagreement, distinct, limit_of
from scaffolder.model import Check, Finding, NotApplicable, Verdict, counted
from scaffolder.repository.facts import charts, workloads
from scaffolder.repository.facts.charts import LONG_RUNNING, KubernetesObject
from scaffolder.repository.project import Project
from scaffolder.tools.toolchain import Toolchain

_MONITORING = ("monitoring", "prometheus", "observability")


def services_select_pods(project: Project, _: Toolchain) -> Verdict:
    """Each Service selects the pods of a workload that lives beside it."""
    findings, looked = [], 0
    for service in (one for one in charts.objects(project) if one.kind == "Service"):
        selector = charts.texts(service.get("spec", "selector"))
        beside = [one for one in workloads.same_scope(project, service) if one.kind in LONG_RUNNING]
        if not selector or not beside:
            continue
        looked += 1
        if not any(workloads.selects(selector, workloads.pod_labels(one)) for one in beside):
            meant = _meant(service, selector, beside)
            if meant:
                at = service.place(project, "spec", "selector")
                other = meant.place(project, *(meant.pod or ()), "metadata", "labels")
                message = f"selects {_words(selector)}, but the pods of {meant.kind} {meant.name} have other labels"
                findings.append(disagreement(at, message, other, fix="give both the same labels"))
    return _verdict(project, findings, looked, "Service", "no Service lives beside a workload")


def monitors_select_services(project: Project, _: Toolchain) -> Verdict:
    """Each ServiceMonitor selects a Service that lives beside it, each PodMonitor pods."""
    findings, looked = [], 0
    for monitor in (
        one for one in charts.objects(project) if one.kind in {"ServiceMonitor", "PodMonitor"}
    ):
        selector = charts.texts(monitor.get("spec", "selector", "matchLabels"))
        kinds = ("Service",) if monitor.kind == "ServiceMonitor" else tuple(LONG_RUNNING)
        beside = workloads.same_scope(project, monitor, *kinds)
        if not selector or not beside:
            continue
        looked += 1
        if not any(workloads.selects(selector, _labels(one)) for one in beside):
            at = monitor.place(project, "spec", "selector", "matchLabels")
            message = f"selects {_words(selector)}, but {beside[0].kind} {beside[0].name} has other labels"
            findings.append(
                disagreement(
                    at,
                    message,
                    beside[0].place(project, "metadata", "labels"),
                    fix="give both the same labels",
                )
            )
    return _verdict(
        project, findings, looked, "monitor", "no ServiceMonitor lives beside a Service"
    )


def workloads_select_their_own(project: Project, _: Toolchain) -> Verdict:
    """A workload selects the pods that it makes; autoscalers and disruption budgets name one that is there."""
    findings, looked = [], 0
    for one in charts.objects(project):
        if one.kind in LONG_RUNNING and one.get("spec", "selector", "matchLabels"):
            looked += 1
            selector = charts.texts(one.get("spec", "selector", "matchLabels"))
            if not workloads.selects(selector, workloads.pod_labels(one)):
                at = one.place(project, "spec", "selector", "matchLabels")
                other = one.place(project, "spec", "template", "metadata", "labels")
                message = f"{one.kind} {one.name} selects {_words(selector)}, but its pods have other labels"
                findings.append(disagreement(at, message, other, fix="give both the same labels"))
        elif one.kind in {"HorizontalPodAutoscaler", "PodDisruptionBudget"}:
            looked += 1
            findings += _without_target(project, one)
    return _verdict(project, findings, looked, "object", "no workload selects pods")


def network_policy_lets_prometheus_in(project: Project, _: Toolchain) -> Verdict:
    """Where Prometheus is told to ask pods, a NetworkPolicy that guards them lets it in."""
    findings, looked = [], 0
    for monitor in (
        one for one in charts.objects(project) if one.kind in {"ServiceMonitor", "PodMonitor"}
    ):
        beside = [one for one in workloads.same_scope(project, monitor) if one.kind in LONG_RUNNING]
        for policy in workloads.same_scope(project, monitor, "NetworkPolicy"):
            guarded = charts.texts(policy.get("spec", "podSelector", "matchLabels"))
            types = policy.get("spec", "policyTypes") or ["Ingress"]
            if "Ingress" not in types or not any(
                workloads.selects(guarded, workloads.pod_labels(one)) for one in beside
            ):
                continue
            looked += 1
            if not _lets_in(policy):
                at = policy.place(project, "spec", "ingress")
                message = (
                    "lets no namespace of the monitoring in, so that Prometheus cannot ask the pods"
                )
                fix = "add a namespaceSelector with kubernetes.io/metadata.name: monitoring"
                findings.append(disagreement(at, message, monitor.place(project, "spec"), fix=fix))
    return _verdict(
        project,
        findings,
        looked,
        "network policy",
        "no NetworkPolicy guards pods that Prometheus asks",
    )


def _without_target(project: Project, one: KubernetesObject) -> list[Finding]:
    beside = [other for other in workloads.same_scope(project, one) if other.kind in LONG_RUNNING]
    if not beside:
        return []
    if one.kind == "HorizontalPodAutoscaler":
        target = one.get("spec", "scaleTargetRef")
        name, kind = (str(charts.dig(target, key) or "") for key in ("name", "kind"))
        if any(other.name == name and other.kind == kind for other in beside):
            return []
        at, message = (
            one.place(project, "spec", "scaleTargetRef", "name"),
            f"scales {kind} {name}, which is not there",
        )
    else:
        selector = charts.texts(one.get("spec", "selector", "matchLabels"))
        if any(workloads.selects(selector, workloads.pod_labels(other)) for other in beside):
            return []
        at, message = (
            one.place(project, "spec", "selector"),
            f"protects {_words(selector)}, which no pod has",
        )
    other = beside[0].place(project, "metadata", "name")
    return [
        disagreement(
            at,
            f"{one.kind} {one.name} {message}",
            other,
            fix=f"name {beside[0].kind} {beside[0].name}",
        )
    ]


def _lets_in(policy: KubernetesObject) -> bool:
    rules = policy.get("spec", "ingress")
    for rule in rules if isinstance(rules, list) else ():
        sources = rule.get("from") if isinstance(rule, dict) else None
        if not sources:
            return isinstance(rule, dict)  # a rule without sources lets everybody in
        for source in sources:
            if isinstance(source, dict) and "namespaceSelector" in source:
                labels = charts.texts(charts.dig(source, "namespaceSelector", "matchLabels"))
                expressions = str(charts.dig(source, "namespaceSelector", "matchExpressions") or "")
                words = " ".join([*labels.values(), *labels, expressions]).lower()
                if not words.strip() or any(name in words for name in _MONITORING):
                    return True
    return False


def _meant(
    service: KubernetesObject, selector: dict[str, str], beside: list[KubernetesObject]
) -> KubernetesObject | None:
    """The workload that a Service seems to be for; None where that is nobody's guess."""
    for one in beside:
        if one.name == service.name or set(selector.values()) & set(
            workloads.pod_labels(one).values()
        ):
            return one
    return beside[0] if service.origins and len(beside) == 1 else None


def _labels(one: KubernetesObject) -> dict[str, str]:
    return one.labels if one.kind == "Service" else workloads.pod_labels(one)


def _words(selector: dict[str, str]) -> str:
    return ", ".join(f"{key}={value}" for key, value in selector.items())


def _verdict(
    project: Project, findings: list[Finding], looked: int, noun: str, nothing: str
) -> Verdict:
    limit = limit_of(charts.unread(project))
    if not looked:
        raise NotApplicable(nothing + (f" (not read: {limit})" if limit else ""))
    return Verdict(findings=distinct(findings), detail=counted(looked, noun), limit=limit)


CHECKS = (
    Check(id="AG021", title="Services select pods", run=services_select_pods),
    Check(id="AG022", title="ServiceMonitors select a Service", run=monitors_select_services),
    Check(
        id="AG023",
        title="Workloads and autoscalers find their pods",
        run=workloads_select_their_own,
    ),
    Check(id="AG024", title="Prometheus may ask the pods", run=network_policy_lets_prometheus_in),
)
