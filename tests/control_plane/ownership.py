"""Who owns which field of an object: managedFields, kept by applies and by updates, and the conflicts between them.

https://kubernetes.io/docs/reference/using-api/server-side-apply/ ; held against the recordings in
`tests/unit/cluster/test_control_plane_replays.py`. An apply owns what it sends, and takes back what it no longer sends; an
update owns what it changes. Two managers may own a field that both want alike; a third value is a conflict, unless forced.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import api_server
from api_server import WHOLE, field_paths, list_keys, mark

Object = dict[str, Any]
Path = tuple[str, ...]

_SERVERS = ("creationTimestamp", "generation", "managedFields", "resourceVersion", "uid")
_NAMES = ("name", "namespace", *_SERVERS)


def leaves(one: Mapping[str, Any]) -> set[Path]:
    """Return the fields of an object that can have an owner.

    Values, lists that are one value, and entries of the others.
    """
    content = {
        key: value for key, value in one.items() if key not in ("apiVersion", "kind", "status")
    }
    content["metadata"] = {
        key: value for key, value in one.get("metadata", {}).items() if key not in _NAMES
    }
    every = [path for path in field_paths(content) if not _is_inside_a_value(path)]
    inner = {path[:length] for path in every for length in range(1, len(path))}
    return {
        path
        for path in every
        if (path not in inner or path[-1].startswith("k:")) and not _is_empty(content, path)
    }


def value_at(one: Any, path: Path) -> Any:
    """Return what an object holds at a path of managedFields, or None."""
    name = ""
    for step in path:
        if step.startswith("f:"):
            name = step[2:]
            one = one.get(name) if isinstance(one, Mapping) else None
        else:
            entries = one if isinstance(one, list) else []
            one = next((entry for entry in entries if mark(name, entries, entry) == step), None)
            name = ""
        if one is None:
            return None
    return one


def owned_by(entry: Mapping[str, Any]) -> set[Path]:
    """Return the fields that an entry of managedFields owns."""
    return set(_members(entry["fieldsV1"], ()))


def entry(manager: str, operation: str, one: Object, paths: Iterable[Path], now: str) -> Object:
    """Return an entry of managedFields."""
    return {
        "manager": manager,
        "operation": operation,
        "apiVersion": one["apiVersion"],
        "time": now,
        "fieldsType": "FieldsV1",
        "fieldsV1": _tree(paths),
    }


def after_apply(
    live: Object | None, sent: Object, manager: str, *, force: bool, now: str
) -> tuple[Object, list[tuple[str, Path]]]:
    """Return what an apply makes of `live`, and the fields that other managers hold otherwise (manager, path)."""
    wanted = leaves(sent)
    entries = live["metadata"].get("managedFields", []) if live else []
    others = [old for old in entries if (old["manager"], old["operation"]) != (manager, "Apply")]
    conflicts = []
    for other in others:
        for path in owned_by(other) & wanted:
            if not path[-1].startswith("k:") and value_at(live, path) != value_at(sent, path):
                conflicts.append((other["manager"], path))
    if conflicts and not force:
        return {}, sorted(conflicts)
    merged = api_server.applied(live, sent, manager)
    lost = {path for _, path in conflicts}
    kept = [_without(other, lost) for other in others]
    merged["metadata"]["managedFields"] = [
        *(old for old in kept if old["fieldsV1"]),
        entry(manager, "Apply", sent, wanted, now),
    ]
    return merged, []


def after_update(live: Object | None, new: Object, manager: str, now: str) -> None:
    """Write into `new` who owns what after an update: the manager gets what differs from `live`."""
    before = leaves(live) if live else set()
    after = leaves(new)
    changed = {
        path
        for path in after
        if path not in before
        or (not path[-1].startswith("k:") and value_at(live, path) != value_at(new, path))
    }
    entries = new["metadata"].get("managedFields", []) if live else []
    mine, rest = set(changed), []
    for old in entries:
        if (old["manager"], old["operation"]) == (manager, "Update") and "subresource" not in old:
            mine |= owned_by(old) & after
        else:
            rest.append(_without(old, changed | (owned_by(old) - after)))
    entries = [old for old in rest if old["fieldsV1"]]
    if mine:
        entries.append(entry(manager, "Update", new, mine, now))
    new["metadata"]["managedFields"] = entries


def conflict_message(live: Object, conflicts: list[tuple[str, Path]]) -> str:
    """Return a real server's message about conflicts.

    Recorded in helm4.over-helm3.06-upgrade-without-force-conflicts.
    """
    count = len(conflicts)
    lines = [
        f'conflict with "{manager}" using {live["apiVersion"]}: {dotted(path)}'
        for manager, path in conflicts
    ]
    if count == 1:
        return f"Apply failed with 1 conflict: {lines[0]}"
    managers = {manager for manager, _ in conflicts}
    listed = "\n".join(f"- {dotted(path)}" for _, path in conflicts)
    who = f'conflicts with "{managers.pop()}" using {live["apiVersion"]}'
    return f"Apply failed with {count} conflicts: {who}:\n{listed}"


def dotted(path: Path) -> str:
    """Return a path as messages write it: .spec.containers[name="service"].image"""
    text = ""
    for step in path:
        if step.startswith("f:"):
            text += f".{step[2:]}"
        else:
            keys = json.loads(step[2:])
            text += f"[{','.join(f'{key}={json.dumps(value)}' for key, value in keys.items())}]"
    return text


def _is_inside_a_value(path: Path) -> bool:
    """A selector is one value, and so is an entry that only names a Secret."""
    steps = path[:-1]
    return any(step[2:] in WHOLE for step in steps) or "f:imagePullSecrets" in path[:-2]


def _is_empty(one: Mapping[str, Any], path: Path) -> bool:
    """Return whether a map or list is empty, so that it has no owner.

    {} that stands for a choice has one.
    """
    value = value_at(one, path)
    if path[-1] in ("f:annotations", "f:labels", "f:metadata", "f:spec"):
        return not value
    return isinstance(value, list) and not value and bool(list_keys(path[-1][2:], value))


def _members(fields: Mapping[str, Any], start: Path) -> Iterable[Path]:
    for key, below in fields.items():
        path = (*start, key)
        if key == ".":
            if start and start[-1].startswith("k:"):
                yield start
        elif below:
            yield from _members(below, path)
        else:
            yield path


def _tree(paths: Iterable[Path]) -> Object:
    root: Object = {}
    members = set(paths)
    for path in sorted(members):
        node = root
        for step in path:
            node = node.setdefault(step, {})
    for path in members:
        node = root
        for step in path:
            node = node[step]
        if node:
            node["."] = {}
    return root


def _without(old: Mapping[str, Any], lost: set[Path]) -> Object:
    return {**old, "fieldsV1": _tree(owned_by(old) - lost)}
