"""Check the rights of pods on their node, and of roles in the cluster."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

from scaffolder.model import Finding, NotApplicable, Verdict, counted
from scaffolder.repository import kustomize, manifests
from scaffolder.repository.kubernetes_objects import KubernetesObject
from scaffolder.repository.project import Project
from scaffolder.repository.reading import line_of, listed
from scaffolder.tools.toolchain import Toolchain

_STRONG = {
    "ALL",
    "BPF",
    "NET_ADMIN",
    "NET_RAW",
    "SYS_ADMIN",
    "SYS_MODULE",
    "SYS_PTRACE",
    "SYS_RAWIO",
    "SYS_TIME",
}
"""Capabilities that lead out of a container, and those that Pod Security's baseline refuses:
https://kubernetes.io/docs/concepts/security/pod-security-standards/."""


def pods_have_no_privileges(project: Project, toolchain: Toolchain) -> Verdict:
    """No pod asks for the node: privileges, its network, processes or folders, root, escalation."""
    items, limit = manifests.everything(project, toolchain)
    pods = [(item, spec) for item in items if (spec := item.pod_spec) is not None]
    if not pods:
        raise NotApplicable(limit or "no Kubernetes object with pods")
    findings = dict.fromkeys(chain.from_iterable(_privileges(item, spec) for item, spec in pods))
    return Verdict(
        findings=tuple(findings), detail=f"{counted(len(pods), 'object')} with pods", limit=limit
    )


def _privileges(item: KubernetesObject, spec: dict[str, Any]) -> Iterator[Finding]:
    def finding(message: str, holder: Any, key: str, fix: str) -> Finding:
        return Finding(
            path=kustomize.source_of(holder, key) or item.path,
            line=line_of(holder, key),
            message=f"{item}: {message}",
            fix=fix,
        )

    for key in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(key) is True:
            yield finding(f"{key} gives its pods the node's own", spec, key, f"take {key} out")
    for volume in listed(spec.get("volumes")):
        if isinstance(volume, dict) and isinstance(volume.get("hostPath"), dict):
            path = volume["hostPath"].get("path")
            yield finding(
                f"mounts {path} of the node",
                volume,
                "hostPath",
                "use a volume that is not the node's",
            )
    yield from _rights(item, spec.get("securityContext"), "its pods")
    for container in item.all_containers():
        yield from _rights(
            item, container.get("securityContext"), f"container {container.get('name', '?')}"
        )


def _rights(item: KubernetesObject, context: Any, who: str) -> Iterator[Finding]:
    if not isinstance(context, dict):
        return

    def finding(message: str, key: str, fix: str) -> Finding:
        return Finding(
            path=kustomize.source_of(context, key) or item.path,
            line=line_of(context, key),
            message=f"{item}: {who} {message}",
            fix=fix,
        )

    if context.get("privileged") is True:
        yield finding(
            "is privileged: it is root on the node",
            "privileged",
            "take it out; add the one capability needed",
        )
    if context.get("allowPrivilegeEscalation") is True:
        yield finding(
            "may gain more rights than it starts with",
            "allowPrivilegeEscalation",
            "set it to false",
        )
    if context.get("runAsUser") == 0:
        yield finding(
            "runs as root", "runAsUser", "runAsUser: 10001, or another number that is not 0"
        )
    if context.get("runAsNonRoot") is False:
        yield finding("may run as root", "runAsNonRoot", "runAsNonRoot: true")
    capabilities = context.get("capabilities")
    added = capabilities.get("add") if isinstance(capabilities, dict) else None
    strong = sorted({str(one).removeprefix("CAP_") for one in listed(added)} & _STRONG)
    if strong:
        yield finding(
            f"adds {', '.join(strong)}",
            "capabilities",
            "add the one capability that it needs, or none",
        )
