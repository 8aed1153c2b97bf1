"""Objections of a server to an object that its schema allows.

Names, labels, ports, resources, selectors.

Each message is that of kube-apiserver 1.36.2 to the recorded request of the same name (`validation`
in `tests/data/api-recordings/replay.json`). Forbidden combinations and changes are in
`api_server.faults_of`.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Iterator
from typing import Any

from api_server import list_keys, mark
from control_plane.quota import quantity

Object = dict[str, Any]

_LABEL = re.compile(r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?")
_LABEL_WORDS = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end "
    "with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
    "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
)
_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_NAME_WORDS = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end "
    "with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    r"'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
)


def faults(one: Object) -> list[str]:
    """Return the faults of an object, in a server's order."""
    return [*_names(one), *_labels(one), *_of_kind(one)]


def _names(one: Object) -> Iterator[str]:
    name = one["metadata"]["name"]
    if one["kind"] == "Service" and len(name) > 63:
        yield f'metadata.name: Invalid value: "{name}": must be no more than 63 characters'
    elif not _NAME.fullmatch(name):
        yield f'metadata.name: Invalid value: "{name}": {_NAME_WORDS}'


def _labels(one: Object) -> Iterator[str]:
    for value in (one["metadata"].get("labels") or {}).values():
        if len(value) > 63:
            yield f'metadata.labels: Invalid value: "{value}": must be no more than 63 bytes'
        elif not _LABEL.fullmatch(value):
            yield f'metadata.labels: Invalid value: "{value}": {_LABEL_WORDS}'


def _of_kind(one: Object) -> Iterator[str]:
    spec = one.get("spec") or {}
    match one["kind"]:
        case "Deployment":
            yield from _deployment(spec)
        case "HorizontalPodAutoscaler" if spec.get("minReplicas", 1) > spec["maxReplicas"]:
            most = spec["maxReplicas"]
            yield f"spec.maxReplicas: Invalid value: {most}: must be greater than or equal to `minReplicas`"
        case "NetworkPolicy":
            yield from _network_policy(spec)


def _deployment(spec: Object) -> Iterator[str]:
    labels = spec["template"]["metadata"].get("labels") or {}
    wanted = spec["selector"].get("matchLabels") or {}
    if not wanted.items() <= labels.items():
        shown = json.dumps(dict(sorted(labels.items())), separators=(",", ":"))
        yield f"spec.template.metadata.labels: Invalid value: {shown}: `selector` does not match template `labels`"
    pod = spec["template"]["spec"]
    for number, container in enumerate(pod["containers"]):
        yield from _container(container, pod, f"spec.template.spec.containers[{number}]")


def _container(container: Object, pod: Object, place: str) -> Iterator[str]:
    for number, port in enumerate(container.get("ports", [])):
        if len(port.get("name", "")) > 15:
            yield (
                f'{place}.ports[{number}].name: Invalid value: "{port["name"]}": must be no more than 15 characters'
            )
    resources = container.get("resources") or {}
    for key, amount in (resources.get("requests") or {}).items():
        limit = (resources.get("limits") or {}).get(key)
        if limit is not None and quantity(amount) > quantity(limit):
            yield (
                f'{place}.resources.requests: Invalid value: "{amount}": must be less than or equal to {key} limit of {limit}'
            )
    grace = pod.get("terminationGracePeriodSeconds", 30)
    sleep = ((container.get("lifecycle") or {}).get("preStop") or {}).get("sleep")
    if sleep and not 0 <= sleep["seconds"] < grace:
        words = f"must be non-negative and less than terminationGracePeriodSeconds ({grace})"
        yield f"{place}.lifecycle.preStop.sleep: Invalid value: {sleep['seconds']}: {words}"


def _network_policy(spec: Object) -> Iterator[str]:
    for direction, way in (("ingress", "from"), ("egress", "to")):
        for number, rule in enumerate(spec.get(direction) or []):
            for place, peer in enumerate(rule.get(way) or []):
                cidr = (peer.get("ipBlock") or {}).get("cidr")
                if cidr is not None and not _is_network(cidr):
                    where = f"spec.{direction}[{number}].{way}[{place}].ipBlock.cidr"
                    words = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"
                    yield f'{where}: Invalid value: "{cidr}": {words}'


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return True


def duplicates(one: Any, place: str = "", name: str = "") -> Iterator[str]:
    """Yield what an apply is refused for: two entries of a list with one key."""
    if isinstance(one, dict):
        for key, below in one.items():
            yield from duplicates(below, f"{place}.{key}", key)
    elif isinstance(one, list) and list_keys(name, one):
        marks = [mark(name, one, entry) for entry in one]
        for text in dict.fromkeys(text for text in marks if marks.count(text) > 1):
            keys = ",".join(
                f"{key}={json.dumps(held)}" for key, held in json.loads(text[2:]).items()
            )
            yield f"{place}: duplicate entries for key [{keys}]"
        for entry, text in zip(one, marks, strict=True):
            keys = ",".join(
                f"{key}={json.dumps(held)}" for key, held in json.loads(text[2:]).items()
            )
            yield from duplicates(entry, f"{place}[{keys}]")


def hidden_variables(one: Object) -> Iterator[str]:
    """Yield what a server warns of: a variable that is stated twice."""
    template = (one.get("spec") or {}).get("template") or {}
    for number, container in enumerate((template.get("spec") or {}).get("containers") or []):
        names = [entry["name"] for entry in container.get("env") or []]
        for place, name in enumerate(names):
            if name in names[:place]:
                where = f"spec.template.spec.containers[{number}].env[{place}]"
                yield f'{where}: hides previous definition of "{name}", which may be dropped when using apply'
