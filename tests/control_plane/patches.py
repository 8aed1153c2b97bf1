"""The patches that clients send besides an apply: JSON patch, JSON merge patch, strategic merge patch.

https://kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch/ ; Helm 3 and Terraform's provider
send the last two for each upgrade, Helm 4 the first to take over what Helm 3 installed (recorded).
"""

from __future__ import annotations

import copy
import json
from typing import Any

from api_server import list_keys, patched

Object = dict[str, Any]

JSON_PATCH = "application/json-patch+json"
STRATEGIC_PATCH = "application/strategic-merge-patch+json"

# Kubernetes merges ports by one key in a strategic patch, and topology spreads as well.
_STRATEGIC_KEYS = {
    "ports": ("containerPort", "port"),
    "topologySpreadConstraints": ("topologyKey",),
}


def apply_patch(live: Object, patch: Any, media_type: str) -> Object:
    """Return the object that a patch makes of `live`."""
    if media_type == JSON_PATCH:
        return json_patched(live, patch)
    if media_type == STRATEGIC_PATCH:
        return strategic(live, patch)
    return patched(live, patch)


def json_patched(live: Object, operations: list[Object]) -> Object:
    """Apply a JSON patch (RFC 6902): add, replace, remove and test."""
    result = copy.deepcopy(live)
    for operation in operations:
        *steps, last = [
            step.replace("~1", "/").replace("~0", "~") for step in operation["path"].split("/")[1:]
        ]
        node: Any = result
        for step in steps:
            node = node[int(step)] if isinstance(node, list) else node[step]
        match operation["op"]:
            case "add" | "replace":
                node[last] = operation["value"]
            case "remove":
                del node[last]
            case "test" if node.get(last) != operation["value"]:
                raise ValueError(f"the value at {operation['path']} is another one")
    return result


def strategic(live: Object, patch: Object) -> Object:
    """Apply a strategic merge patch."""
    result = copy.deepcopy(live)
    kept = patch.get("$retainKeys")
    if kept is not None:
        result = {key: value for key, value in result.items() if key in kept}
    for key, value in patch.items():
        if key.startswith("$"):
            continue
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict):
            below = result.get(key)
            result[key] = strategic(below if isinstance(below, dict) else {}, value)
        elif isinstance(value, list) and _key_of(key, value + (result.get(key) or [])):
            result[key] = _merged(key, result.get(key) or [], value)
        else:
            result[key] = value
        order = patch.get(f"$setElementOrder/{key}")
        if order is not None and key in result:
            result[key] = _ordered(key, result[key], order)
    return result


def _merged(name: str, live: list[Object], patch: list[Object]) -> list[Object]:
    key = _key_of(name, patch + live)
    entries = {json.dumps(entry.get(key)): entry for entry in live}
    for entry in patch:
        place = json.dumps(entry.get(key))
        if entry.get("$patch") == "delete":
            entries.pop(place, None)
        else:
            entries[place] = strategic(entries.get(place, {}), entry)
    return list(entries.values())


def _ordered(name: str, entries: list[Object], order: list[Any]) -> list[Object]:
    key = _key_of(name, [entry for entry in entries if isinstance(entry, dict)])
    if not key:
        return entries
    places = [json.dumps(one.get(key)) for one in order]
    return sorted(
        entries,
        key=lambda entry: (
            places.index(json.dumps(entry.get(key)))
            if json.dumps(entry.get(key)) in places
            else len(places)
        ),
    )


def _key_of(name: str, entries: list[Any]) -> str:
    if not all(isinstance(entry, dict) for entry in entries):
        return ""
    for key in _STRATEGIC_KEYS.get(name, ()):
        if any(key in entry for entry in entries):
            return key
    keys = list_keys(name, entries) if name not in _STRATEGIC_KEYS else ()
    return keys[0] if keys else ""
