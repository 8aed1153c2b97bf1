"""ResourceQuota and LimitRange: what a namespace may use, and what a container gets that states nothing.

https://kubernetes.io/docs/concepts/policy/resource-quotas/ and limit-range/ ; the words are those of
`tests/data/api-recordings/quota.json`, recorded from kube-apiserver 1.36.2.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

Object = dict[str, Any]
Usage = dict[str, Decimal]

_UNITS = {
    "": Decimal(1),
    "m": Decimal("0.001"),
    "k": Decimal(10**3),
    "M": Decimal(10**6),
    "G": Decimal(10**9),
    "T": Decimal(10**12),
    "Ki": Decimal(2**10),
    "Mi": Decimal(2**20),
    "Gi": Decimal(2**30),
    "Ti": Decimal(2**40),
}
_BYTES = ("memory", "storage")
# Of these a quota wants a statement in each container; of ephemeral storage it does not.
_MUST_STATE = re.compile(r"^(requests|limits)\.(cpu|memory)$")


def quantity(text: object) -> Decimal:
    """Return what a quantity of Kubernetes stands for: "250m" is a quarter."""
    match = re.fullmatch(r"([0-9.]+)([a-zA-Z]*)", str(text))
    if match is None:
        raise ValueError(f"no quantity: {text}")
    return Decimal(match[1]) * _UNITS[match[2]]


def shown(name: str, amount: Decimal) -> str:
    """Return an amount as a server writes it."""
    if name.endswith(_BYTES):
        for unit in ("Ti", "Gi", "Mi", "Ki"):
            if amount and amount % _UNITS[unit] == 0:
                return f"{amount / _UNITS[unit]:.0f}{unit}"
    return f"{amount:.0f}" if amount == amount.to_integral() else f"{amount * 1000:.0f}m"


def with_limit_ranges(pod: Object, ranges: Iterable[Object]) -> Object:
    """Return the spec of a pod with what LimitRanges give containers that state nothing."""
    result = copy.deepcopy(pod)
    for limit in (limit for one in ranges for limit in one["spec"]["limits"]):
        if limit["type"] != "Container":
            continue
        for container in result["containers"]:
            resources = container.setdefault("resources", {})
            for key, source in (("limits", "default"), ("requests", "defaultRequest")):
                given = limit.get(source, {})
                if given:
                    resources[key] = {**given, **resources.get(key, {})}
    return result


def usage_of(one: Object) -> Usage:
    """Return what an object counts for in a quota."""
    match one["kind"]:
        case "Pod" if one.get("status", {}).get("phase") not in ("Succeeded", "Failed"):
            return _pod_usage(one["spec"])
        case "Service":
            return _service_usage(one["spec"])
        case _:
            return {}


def _pod_usage(pod: Object) -> Usage:
    used = {"pods": Decimal(1)}
    for container in pod["containers"]:
        for kind in ("requests", "limits"):
            for name, amount in (container.get("resources", {}).get(kind) or {}).items():
                key = f"{kind}.{name}"
                used[key] = used.get(key, Decimal(0)) + quantity(amount)
    return used


def _service_usage(spec: Object) -> Usage:
    used = {"services": Decimal(1)}
    if spec["type"] in ("NodePort", "LoadBalancer"):
        used["services.nodeports"] = Decimal(len(spec["ports"]))
    if spec["type"] == "LoadBalancer":
        used["services.loadbalancers"] = Decimal(1)
    return used


def refusal_of(one: Object, live: Object | None, there: Iterable[Object], quota: Object) -> str:
    """Return why a quota refuses an object beside those that are there, or "" if it does not."""
    name, hard = quota["metadata"]["name"], quota["spec"]["hard"]
    missing = _not_stated(one, hard) if live is None else []
    if missing:
        return f"failed quota: {name}: must specify {'; '.join(missing)}"
    before = usage_of(live) if live else {}
    wanted = {
        key: amount - before.get(key, Decimal(0))
        for key, amount in usage_of(one).items()
        if key in hard
    }
    used: Usage = {}
    for other in there:
        for key, amount in usage_of(other).items():
            used[key] = used.get(key, Decimal(0)) + amount
    exceeded = [
        key
        for key, amount in sorted(wanted.items())
        if amount > 0 and used.get(key, Decimal(0)) + amount > quantity(hard[key])
    ]
    if not exceeded:
        return ""
    requested = _listed(exceeded, wanted)
    limited = ",".join(f"{key}={hard[key]}" for key in exceeded)
    return f"exceeded quota: {name}, requested: {requested}, used: {_listed(exceeded, used)}, limited: {limited}"


def _not_stated(one: Object, hard: Mapping[str, Any]) -> list[str]:
    if one["kind"] != "Pod":
        return []
    missing = []
    for key in sorted(hard):
        if _MUST_STATE.match(key):
            kind, _, resource = key.partition(".")
            names = [
                container["name"]
                for container in one["spec"]["containers"]
                if resource not in (container.get("resources", {}).get(kind) or {})
            ]
            if names:
                missing.append(f"{key} for: {','.join(names)}")
    return missing


def _listed(keys: list[str], usage: Usage) -> str:
    return ",".join(f"{key}={shown(key, usage.get(key, Decimal(0)))}" for key in keys)
