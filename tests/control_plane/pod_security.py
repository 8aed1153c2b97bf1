"""The objections of the Pod Security level `restricted` to a pod, in the words of a real server.

https://kubernetes.io/docs/concepts/security/pod-security-standards/ ; nine faults of Deployments and of Pods are recorded in
`tests/data/api-recordings/pod-security.json`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

Object = dict[str, Any]

_VOLUMES = {
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
}
_SAFE_SYSCTLS = {
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ping_group_range",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_syncookies",
}
_SECCOMP = ("RuntimeDefault", "Localhost")


def violations(pod: Object) -> list[str]:
    """Return what `restricted` refuses in the spec of a pod, in the order in which a real server names it."""
    return [text for check in _CHECKS for text in check(pod)]


def _containers(pod: Object) -> list[Object]:
    return [*pod.get("initContainers", []), *pod["containers"]]


def _context(one: Object) -> Object:
    return one.get("securityContext") or {}


def _named(names: list[str]) -> str:
    quoted = ", ".join(f'"{name}"' for name in names)
    return f"container{'s' if len(names) > 1 else ''} {quoted}"


def _where(pod: Object, holds: Callable[[Object], bool]) -> list[str]:
    return [container["name"] for container in _containers(pod) if holds(container)]


def _privileged(pod: Object) -> Iterator[str]:
    names = _where(pod, lambda container: bool(_context(container).get("privileged")))
    if names:
        yield f"privileged ({_named(names)} must not set securityContext.privileged=true)"


def _host_namespaces(pod: Object) -> Iterator[str]:
    shared = [key for key in ("hostNetwork", "hostPID", "hostIPC") if pod.get(key)]
    if shared:
        yield f"host namespaces ({', '.join(f'{key}=true' for key in shared)})"


def _host_ports(pod: Object) -> Iterator[str]:
    for container in _containers(pod):
        ports = [str(p["hostPort"]) for p in container.get("ports", []) if p.get("hostPort")]
        if ports:
            word = "hostPorts" if len(ports) > 1 else "hostPort"
            yield f'hostPort (container "{container["name"]}" uses {word} {", ".join(ports)})'


def _escalation(pod: Object) -> Iterator[str]:
    names = _where(pod, lambda one: _context(one).get("allowPrivilegeEscalation") is not False)
    if names:
        wanted = "must set securityContext.allowPrivilegeEscalation=false"
        yield f"allowPrivilegeEscalation != false ({_named(names)} {wanted})"


def _capabilities(pod: Object) -> Iterator[str]:
    kept, added = [], []
    for container in _containers(pod):
        capabilities = _context(container).get("capabilities") or {}
        if "ALL" not in capabilities.get("drop", []):
            kept.append(container["name"])
        forbidden = [name for name in capabilities.get("add", []) if name != "NET_BIND_SERVICE"]
        if forbidden:
            listed = ", ".join(f'"{name}"' for name in forbidden)
            added.append((container["name"], listed))
    parts = []
    if kept:
        parts.append(f'{_named(kept)} must set securityContext.capabilities.drop=["ALL"]')
    parts += [
        f'container "{name}" must not include {listed} in securityContext.capabilities.add'
        for name, listed in added
    ]
    if parts:
        yield f"unrestricted capabilities ({'; '.join(parts)})"


def _volumes(pod: Object) -> Iterator[str]:
    for volume in pod.get("volumes", []):
        for kind in sorted(set(volume) - {"name"} - _VOLUMES):
            yield (
                f'restricted volume types (volume "{volume["name"]}" uses restricted volume type "{kind}")'
            )


def _root(pod: Object) -> Iterator[str]:
    if _context(pod).get("runAsNonRoot") is False:
        yield "runAsNonRoot != true (pod must not set securityContext.runAsNonRoot=false)"
        return
    forbidden = _where(pod, lambda one: _context(one).get("runAsNonRoot") is False)
    if forbidden:
        wanted = "must not set securityContext.runAsNonRoot=false"
        yield f"runAsNonRoot != true ({_named(forbidden)} {wanted})"
    elif not _context(pod).get("runAsNonRoot"):
        names = _where(pod, lambda one: not _context(one).get("runAsNonRoot"))
        if names:
            wanted = "must set securityContext.runAsNonRoot=true"
            yield f"runAsNonRoot != true (pod or {_named(names)} {wanted})"


def _user(pod: Object) -> Iterator[str]:
    if _context(pod).get("runAsUser") == 0:
        yield "runAsUser=0 (pod must not set runAsUser=0)"
    names = _where(pod, lambda one: _context(one).get("runAsUser") == 0)
    if names:
        yield f"runAsUser=0 ({_named(names)} must not set runAsUser=0)"


def _seccomp(pod: Object) -> Iterator[str]:
    if (_context(pod).get("seccompProfile") or {}).get("type") not in _SECCOMP:
        names = _where(
            pod, lambda one: (_context(one).get("seccompProfile") or {}).get("type") not in _SECCOMP
        )
        if names:
            wanted = (
                'must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"'
            )
            yield f"seccompProfile (pod or {_named(names)} {wanted})"


def _sysctls(pod: Object) -> Iterator[str]:
    forbidden = [
        sysctl["name"]
        for sysctl in _context(pod).get("sysctls", [])
        if sysctl["name"] not in _SAFE_SYSCTLS
    ]
    if forbidden:
        yield f"forbidden sysctls ({', '.join(forbidden)})"


_CHECKS = (
    _privileged,
    _host_namespaces,
    _host_ports,
    _escalation,
    _capabilities,
    _volumes,
    _root,
    _user,
    _seccomp,
    _sysctls,
)
