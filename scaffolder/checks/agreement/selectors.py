"""Who selects whom by labels, and who may talk to whom."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from itertools import chain

from scaffolder.checks.agreement.findings import disagreement, distinct, limit_of
from scaffolder.model import Check, Finding, NotApplicable, Verdict, counted
from scaffolder.repository.facts import charts, deployments
from scaffolder.repository.facts.charts import LONG_RUNNING, KubernetesObject
from scaffolder.repository.project import Project
from scaffolder.repository.reading import listed
from scaffolder.tools.toolchain import Toolchain

_MONITORING = ("monitoring", "prometheus", "observability")


def services_select_pods(project: Project, _: Toolchain) -> Verdict:
    """Each Service selects the pods of a workload that is deployed with it."""
    findings, looked = [], 0
    for service in (one for one in charts.objects(project) if one.kind == "Service"):
        selector = charts.texts(service.get("spec", "selector"))
        beside = deployments.deployed_with(project, service, *LONG_RUNNING)
        if not selector or not beside or deployments.is_made_elsewhere(project, selector):
            continue
        looked += 1
        if not _has_pods(project, service, selector):
            meant = _meant(project, service, selector, beside)
            if meant and meant.name != service.name:
                meant = None if deployments.has_hidden_workload(project, service) else meant
            if meant:
                at = service.place(project, "spec", "selector")
                other = meant.place(project, *(meant.pod or ()), "metadata", "labels")
                message = (
                    f"selects {_words(selector)}, but the pods of {meant.kind} {meant.name} have"
                    " other labels"
                )
                findings.append(disagreement(at, message, other, fix="give both the same labels"))
    return _verdict(project, findings, looked, "Service", "no Service is deployed with a workload")


def monitors_select_services(project: Project, _: Toolchain) -> Verdict:
    """Each ServiceMonitor selects a Service that is deployed with it, each PodMonitor pods."""
    findings, looked = [], 0
    for monitor in (
        one for one in charts.objects(project) if one.kind in {"ServiceMonitor", "PodMonitor"}
    ):
        selector = charts.texts(monitor.get("spec", "selector", "matchLabels"))
        beside = deployments.watchable(project, monitor)
        if not selector or not beside or deployments.is_made_elsewhere(project, selector):
            continue
        if _watches_others(monitor, selector, beside):
            continue
        looked += 1
        if not any(deployments.selects(selector, deployments.labels(one)) for one in beside):
            meant = _watched_by_name(monitor, selector, beside)
            if not meant:
                continue
            at = monitor.place(project, "spec", "selector", "matchLabels")
            message = (
                f"selects {_words(selector)}, but {meant[0].kind} {meant[0].name} has other labels"
            )
            findings.append(
                disagreement(
                    at,
                    message,
                    meant[0].place(project, "metadata", "labels"),
                    fix="give both the same labels",
                )
            )
    return _verdict(
        project, findings, looked, "monitor", "no ServiceMonitor is deployed with a Service"
    )


def _watches_others(
    monitor: KubernetesObject, selector: dict[str, str], beside: Sequence[KubernetesObject]
) -> bool:
    """Return whether a monitor selects, in all namespaces, labels that nothing here has."""
    if monitor.get("spec", "namespaceSelector", "any") is not True:
        return False
    known = set(chain.from_iterable(deployments.labels(one).items() for one in beside))
    return known.isdisjoint(selector.items())


def workloads_select_their_own(project: Project, _: Toolchain) -> Verdict:
    """A workload selects its own pods; autoscalers and disruption budgets name an existing one."""
    findings, looked = [], 0
    for one in charts.objects(project):
        if one.get("spec", "workloadRef"):
            continue  # a Rollout of Argo that takes the pods of a Deployment
        if one.kind in LONG_RUNNING and one.get("spec", "selector", "matchLabels"):
            looked += 1
            selector = charts.texts(one.get("spec", "selector", "matchLabels"))
            if not deployments.selects(selector, deployments.pod_labels(one)):
                at = one.place(project, "spec", "selector", "matchLabels")
                other = one.place(project, "spec", "template", "metadata", "labels")
                message = (
                    f"{one.kind} {one.name} selects {_words(selector)}, but its pods have other"
                    " labels"
                )
                findings.append(disagreement(at, message, other, fix="give both the same labels"))
        elif one.kind in {"HorizontalPodAutoscaler", "ScaledObject", "PodDisruptionBudget"}:
            looked += 1
            findings += _without_target(project, one)
    findings += _scaled_twice(project)
    return _verdict(project, findings, looked, "object", "no workload selects pods")


def network_policy_lets_prometheus_in(project: Project, _: Toolchain) -> Verdict:
    """Where Prometheus is told to ask pods, a NetworkPolicy that guards them lets it in."""
    findings, looked = [], 0
    for monitor in (
        one for one in charts.objects(project) if one.kind in {"ServiceMonitor", "PodMonitor"}
    ):
        asked = deployments.watched_pods(project, monitor)
        guarding = [
            policy
            for policy in deployments.deployed_with(project, monitor, "NetworkPolicy")
            if _guards(policy, asked)
        ]
        looked += len(guarding)
        # Policies add up; what a label of one's own on a namespace means is not known.
        if any(_lets_in(policy) or _names_own_label(policy) for policy in guarding):
            continue
        for policy in guarding:
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


def _guards(policy: KubernetesObject, pods: tuple[KubernetesObject, ...]) -> bool:
    guarded = charts.texts(policy.get("spec", "podSelector", "matchLabels"))
    types = policy.get("spec", "policyTypes") or ["Ingress"]
    return "Ingress" in types and any(
        deployments.selects(guarded, deployments.pod_labels(one))
        and not deployments.is_on_host_network(one)
        for one in pods
    )


def _names_own_label(policy: KubernetesObject) -> bool:
    """Return whether it lets namespaces in by a label that the users of the cluster set."""
    rules = listed(policy.get("spec", "ingress"))
    peers = chain.from_iterable(listed(charts.dig(rule, "from")) for rule in rules)
    labels = (charts.texts(charts.dig(one, "namespaceSelector", "matchLabels")) for one in peers)
    return any(key != "kubernetes.io/metadata.name" for key in chain.from_iterable(labels))


def _without_target(project: Project, one: KubernetesObject) -> list[Finding]:
    beside = deployments.deployed_with(project, one, *LONG_RUNNING)
    if not beside:
        return []
    if one.kind != "PodDisruptionBudget":
        target = one.get("spec", "scaleTargetRef")
        name = str(charts.dig(target, "name") or "")
        kind = str(charts.dig(target, "kind") or "Deployment")  # KEDA has this default
        other = deployments.meant(project, one, kind, name) if kind in LONG_RUNNING else None
        at = one.place(project, "spec", "scaleTargetRef", "name")
        message = f"scales {kind} {name}, which is not there"
    else:
        selector = charts.texts(one.get("spec", "selector", "matchLabels"))
        if _has_pods(project, one, selector):
            return []
        other = _meant(project, one, selector, beside)
        at = one.place(project, "spec", "selector")
        message = f"protects {_words(selector)}, which no pod has"
    if other is None:
        return []
    fix = f"name {other.kind} {other.name}"
    if one.kind != "PodDisruptionBudget" and name in other.former:
        fix = (
            "tell kustomize in `configurations` that spec/scaleTargetRef/name of "
            f"{one.kind} is a name, or name {other.name}"
        )
    return [
        disagreement(
            at,
            f"{one.kind} {one.name} {message}",
            other.place(project, "metadata", "name"),
            fix=fix,
        )
    ]


def _scaled_twice(project: Project) -> Iterator[Finding]:
    """Yield the second of two autoscalers of one workload: each undoes what the other does."""
    known: dict[tuple[tuple[str, str], int], KubernetesObject] = {}
    for scaler in (one for one in charts.objects(project) if one.kind == "HorizontalPodAutoscaler"):
        kind, name = (str(scaler.get("spec", "scaleTargetRef", key)) for key in ("kind", "name"))
        for target in deployments.named(project, scaler, kind, name)[:1]:
            key = (target.scope, id(target))
            other = known.setdefault(key, scaler)
            if other is not scaler and other.name != scaler.name:
                wrong, right = (scaler, other) if other.name == name else (other, scaler)
                message = (
                    f"{wrong.kind} {wrong.name} scales {kind} {name},"
                    f" which {right.kind} {right.name} scales too"
                )
                yield disagreement(
                    wrong.place(project, "spec", "scaleTargetRef", "name"),
                    message,
                    right.place(project, "spec", "scaleTargetRef", "name"),
                    fix="scale each workload by one autoscaler",
                )


def _lets_in(policy: KubernetesObject) -> bool:
    rules = policy.get("spec", "ingress")
    for rule in rules if isinstance(rules, list) else ():
        sources = rule.get("from") if isinstance(rule, dict) else None
        if not sources:
            return isinstance(rule, dict)  # a rule without sources lets everybody in
        for source in sources:
            pods = charts.texts(charts.dig(source, "podSelector", "matchLabels"))
            if _names_monitoring(" ".join(pods.values())):
                return True
            if isinstance(source, dict) and "namespaceSelector" in source:
                labels = charts.texts(charts.dig(source, "namespaceSelector", "matchLabels"))
                expressions = str(charts.dig(source, "namespaceSelector", "matchExpressions") or "")
                words = " ".join([*labels.values(), *labels, expressions])
                if not words.strip() or _names_monitoring(words):
                    return True
    return False


def _names_monitoring(words: str) -> bool:
    return any(name in words.lower() for name in _MONITORING)


def _meant(
    project: Project,
    one: KubernetesObject,
    selector: dict[str, str],
    beside: Sequence[KubernetesObject],
) -> KubernetesObject | None:
    """Return the workload that an object is probably for, or None if it is unclear."""
    alike = [other for other in beside if _is_alike(other, one, selector)]
    if alike:
        return deployments.nearest(one, alike)[0]
    single = one.origins and len(beside) == 1 and deployments.is_complete(project, one)
    return beside[0] if single else None


def _has_pods(project: Project, one: KubernetesObject, selector: dict[str, str]) -> bool:
    if deployments.selected(project, one, selector):
        return True
    makers = (
        (other, deployments.template_labels(other))
        for other in deployments.deployed_with(project, one)
    )
    return any(
        deployments.selects(selector, labels)
        for other, labels in makers
        if labels or other.pod is not None
    )


def _is_alike(workload: KubernetesObject, one: KubernetesObject, selector: dict[str, str]) -> bool:
    """Return whether the names are the same, or a label that is selected is the name of one."""
    shared = set(selector.values()) & set(deployments.pod_labels(workload).values())
    if _differs_by_a_slip(selector, deployments.pod_labels(workload)):
        return True
    if one.origins:
        return workload.name == one.name or bool(shared)
    return workload.name == one.name or workload.name in shared


_SLIP = 0.85
"""How alike the two values of a label are of which one is misspelt."""


def _differs_by_a_slip(selector: dict[str, str], labels: dict[str, str]) -> bool:
    """Return whether one value of several that are selected is nearly that of the pods."""
    wrong = [
        (value, labels.get(key, "")) for key, value in selector.items() if labels.get(key) != value
    ]
    if len(wrong) != 1 or len(selector) == 1:
        return False
    one, two = wrong[0]
    digits = ["".join(filter(str.isdigit, word)) for word in (one, two)]
    return digits[0] == digits[1] and difflib.SequenceMatcher(None, one, two).ratio() >= _SLIP


def _watched_by_name(
    monitor: KubernetesObject, selector: dict[str, str], beside: Sequence[KubernetesObject]
) -> Sequence[KubernetesObject]:
    """Return what a monitor seems to be for; in a release of a chart, anything that is there."""
    named = {monitor.name, *selector.values()}
    fitting = [
        one
        for one in beside
        if (one.name in named or named & set(deployments.labels(one).values()))
        and not _is_patch(one)
    ]
    return fitting or (beside if monitor.origins else ())


def _is_patch(one: KubernetesObject) -> bool:
    """Return whether a workload is a part of one: it neither selects pods nor labels any."""
    return one.kind in LONG_RUNNING and not (
        one.get("spec", "selector") or deployments.pod_labels(one)
    )


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
    Check(
        id="AG024",
        title="NetworkPolicy lets Prometheus scrape",
        run=network_policy_lets_prometheus_in,
    ),
)
