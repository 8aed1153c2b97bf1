"""Check a container's limits: requests, heap and names, memory and network."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from scaffolder.checks.agreement.findings import disagreement, distinct, limit_of
from scaffolder.formats.regex import regex
from scaffolder.model import Check, Finding, Location, NotApplicable, Verdict, counted
from scaffolder.repository import quantity, reading
from scaffolder.repository.facts import charts, deployments, services, workloads
from scaffolder.repository.facts.charts import LONG_RUNNING, KubernetesObject
from scaffolder.repository.project import Project
from scaffolder.tools.toolchain import Toolchain


def requests_fit_their_limits(project: Project, _: Toolchain) -> Verdict:
    """No container requests more of a resource than its limit allows."""
    findings, looked = [], 0
    for workload in (one for one in charts.objects(project) if one.pod is not None):
        for way, container in workload.containers():
            looked += 1
            for resource, asked, most in _above(container):
                at = workload.place(project, *way, "resources", "requests", resource)
                message = (
                    f"{workload}: requests {resource} {asked}, above the limit {most}: "
                    "Kubernetes refuses the pod"
                )
                other = workload.place(project, *way, "resources", "limits", resource)
                fix = f"raise limits.{resource} to {asked} or more"
                findings.append(disagreement(at, message, other, fix=fix))
    if not looked:
        raise NotApplicable("no Kubernetes object with pods")
    return Verdict(
        findings=distinct(findings),
        detail=counted(looked, "container"),
        limit=limit_of(charts.unread(project)),
    )


def _above(container: dict[Any, Any]) -> Iterator[tuple[str, Any, Any]]:
    requests = charts.dig(container, "resources", "requests")
    for resource, asked in requests.items() if isinstance(requests, dict) else ():
        most = charts.dig(container, "resources", "limits", resource)
        numbers = quantity.read(asked), quantity.read(most)
        if numbers[0] is not None and numbers[1] is not None and numbers[0] > numbers[1]:
            yield str(resource), asked, most


# ---- heap ----------------------------------------------------------------------------------------


class _Heap(NamedTuple):
    """A heap that a text fixes: as written, in bytes, and where."""

    written: str
    size: float
    place: Location


_HEAPS = (
    (
        regex(r"-Xmx(\d+)([kKmMgGtT]?)\b"),
        {"k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40, "": 1},
    ),
    (
        regex(r"-XX:MaxHeapSize=(\d+)([kKmMgGtT]?)\b"),
        {"k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40, "": 1},
    ),
    (regex(r"--max[-_]old[-_]space[-_]size[= ](\d+)()"), {"": 2**20}),
)
"""Heaps of Java (bytes without a unit) and of Node.js (mebibytes)."""


def the_heap_fits_the_memory(project: Project, _: Toolchain) -> Verdict:
    """A heap that an image or a variable fixes is below the memory of its container."""
    findings, looked = [], 0
    for workload, way, container, service in workloads.containers(project):
        memory = charts.dig(container, "resources", "limits", "memory")
        most = quantity.read(memory)
        if most is None:
            continue
        for heap in _heaps(project, workload, way, container, service):
            looked += 1
            if heap.size >= most:
                message = (
                    f"{heap.written} allows a heap as large as the container's memory or larger "
                    f"({memory}): the kernel kills it when the heap fills"
                )
                other = workload.place(project, *way, "resources", "limits", "memory")
                fix = "leave a quarter of the memory to what is not heap, or name a share of it"
                findings.append(disagreement(heap.place, message, other, fix=fix))
    if not looked:
        raise NotApplicable("no image and no chart fixes the heap of a container with a limit")
    return Verdict(
        findings=distinct(findings),
        detail=counted(looked, "heap"),
        limit=limit_of(charts.unread(project)),
    )


def _heaps(
    project: Project,
    workload: KubernetesObject,
    way: tuple[Any, ...],
    container: dict[Any, Any],
    service: Path,
) -> Iterator[_Heap]:
    """Yield the heap that counts: of the container itself if it names one, else of its image."""
    own: list[_Heap] = []
    for key in ("command", "args", "env"):
        for written, size in _sizes(str(container.get(key, ""))):
            own.append(_Heap(written, size, workload.place(project, *way, key)))
    if own or container.get("command"):
        yield from own
        return
    for file in services.dockerfiles_of(project, service):
        yield from _of_image(project, file)


def _of_image(project: Project, file: Path) -> Iterator[_Heap]:
    """Yield the heap of the last stage: what it starts, and its environment."""
    stages = reading.stages(project, file)
    last = stages.stages[-1] if stages and stages.stages else None
    for instruction in last.instructions if last else ():
        if instruction.word in {"ENTRYPOINT", "CMD", "ENV"}:
            for written, size in _sizes(instruction.text):
                yield _Heap(written, size, reading.place(project, file, instruction.line))


def _sizes(text: str) -> Iterator[tuple[str, float]]:
    for pattern, units in _HEAPS:
        for found in pattern.finditer(text):
            yield found[0], float(found[1]) * units[found[2].lower()]


# ---- DNS -----------------------------------------------------------------------------------------

_DNS = 53


def closed_egress_lets_dns_out(project: Project, _: Toolchain) -> Verdict:
    """Pods whose traffic out is closed may still ask for names."""
    findings, looked = [], 0
    for policy in (one for one in charts.objects(project) if one.kind == "NetworkPolicy"):
        if not _closes(policy):
            continue
        for workload in _selected(project, policy):
            looked += 1
            others = [
                one
                for one in deployments.deployed_with(project, policy, "NetworkPolicy")
                if _closes(one) and workload in _selected(project, one)
            ]
            if not any(_lets_dns_out(one) for one in others) and _calls(project, workload):
                findings.append(_no_names(project, policy, workload))
                break
    if not looked:
        raise NotApplicable("no NetworkPolicy closes the traffic out of a workload")
    return Verdict(
        findings=distinct(findings),
        detail=counted(looked, "workload"),
        limit=limit_of(charts.unread(project)),
    )


def _no_names(project: Project, policy: KubernetesObject, workload: KubernetesObject) -> Finding:
    key = "egress" if policy.get("spec", "egress") else "policyTypes"
    at = policy.place(project, "spec", key)
    message = (
        f"NetworkPolicy {policy.name} closes the traffic out of {workload} and lets no DNS "
        "(port 53) out: no name is found, inside the cluster or outside"
    )
    fix = "allow UDP and TCP port 53 to the pods k8s-app: kube-dns of kube-system"
    if any("openshift.io/" in one.api_version for one in charts.objects(project)):
        fix = "allow UDP and TCP port 5353 to the pods of openshift-dns"
    return disagreement(at, message, workload.place(project, "metadata", "name"), fix=fix)


def _closes(policy: KubernetesObject) -> bool:
    types = policy.get("spec", "policyTypes")
    if isinstance(types, list):
        return "Egress" in types
    return policy.get("spec", "egress") is not None


def _selected(project: Project, policy: KubernetesObject) -> list[KubernetesObject]:
    selector = policy.get("spec", "podSelector")
    if charts.dig(selector, "matchExpressions"):
        return []
    labels = charts.texts(charts.dig(selector, "matchLabels"))
    if labels:
        found = deployments.selected(project, policy, labels)
    else:
        found = deployments.nearest(policy, deployments.in_one_namespace(project, policy))
    return [
        one for one in found if one.kind in LONG_RUNNING and not deployments.is_on_host_network(one)
    ]


def _lets_dns_out(policy: KubernetesObject) -> bool:
    rules = policy.get("spec", "egress")
    return any(_is_for_dns(rule) for rule in (rules if isinstance(rules, list) else ()))


def _is_for_dns(rule: Any) -> bool:
    ports = charts.dig(rule, "ports")
    if isinstance(ports, list) and ports:
        return any(_holds_dns(port) for port in ports)
    to = charts.dig(rule, "to")
    return not to or any(_is_everywhere(peer) for peer in (to if isinstance(to, list) else ()))


def _holds_dns(port: Any) -> bool:
    if str(charts.dig(port, "protocol") or "TCP") != "UDP":
        return False
    first, last = charts.dig(port, "port"), charts.dig(port, "endPort")
    if isinstance(first, int):
        return first <= _DNS <= (last if isinstance(last, int) else first)
    return first is None or "dns" in str(first)


def _is_everywhere(peer: Any) -> bool:
    """Return whether a peer without ports holds the DNS of the cluster."""
    space = charts.dig(peer, "namespaceSelector")
    if isinstance(space, dict):
        return not space or "kube-system" in str(space)
    return str(charts.dig(peer, "ipBlock", "cidr")) in {"0.0.0.0/0", "::/0"}


_NAMES = regex(r"://[A-Za-z]|\.svc\b|\b[a-z][\w-]*(?:\.[a-z][\w-]*)+\b|^[a-z][\w-]*:\d{2,5}$")


def _calls(project: Project, workload: KubernetesObject) -> bool:
    """Return whether pods call others by name: an own service does, or a variable names a host."""
    if any(one is workload for one, *_ in workloads.containers(project)):
        return True
    containers = (container for _, container in workload.containers())
    variables = chain.from_iterable(reading.listed(one.get("env")) for one in containers)
    return any(_NAMES.search(str(charts.dig(one, "value") or "")) for one in variables)


CHECKS = (
    Check(id="AG057", title="Closed egress allows DNS", run=closed_egress_lets_dns_out),
    Check(id="AG058", title="Requests fit their limits", run=requests_fit_their_limits),
    Check(id="AG059", title="The heap fits the memory", run=the_heap_fits_the_memory),
)
