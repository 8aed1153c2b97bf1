"""Patches: strategic merge and JSON 6902, each entry with the place that set it last."""

from __future__ import annotations

from typing import Any

from scaffolder.formats import Unreadable
from scaffolder.repository.kustomize.sourced import SourcedItems, SourcedTable, copied, made_table

_DIRECTIVE = "$patch"

_MERGE_KEYS: dict[str, tuple[str, ...]] = {
    "containers": ("name",),
    "initContainers": ("name",),
    "ephemeralContainers": ("name",),
    "env": ("name",),
    "volumes": ("name",),
    "imagePullSecrets": ("name",),
    "secrets": ("name",),
    "volumeMounts": ("mountPath",),
    "volumeDevices": ("devicePath",),
    "hostAliases": ("ip",),
    "webhooks": ("name",),
    "topologySpreadConstraints": ("topologyKey",),
    "ports": ("containerPort", "port"),
    "volumeClaimTemplates": (),
}
"""The lists of built-in objects that merge item by item, and what tells their items apart.

The field x-kubernetes-patch-merge-key of https://github.com/kubernetes/kubernetes/tree/master/api/openapi-spec.
"""


def merge(base: SourcedTable, patch: SourcedTable, *, built_in: bool = True) -> None:
    """Lay a strategic merge patch over an object; lists of custom resources are replaced."""
    for key in list(patch):
        value = patch[key]
        if key == _DIRECTIVE or str(key).startswith(("$setElementOrder", "$deleteFromPrimitive")):
            continue
        if value is None:
            base.drop(key)
        elif isinstance(value, SourcedTable):
            _merge_table(base, key, patch, built_in=built_in)
        elif isinstance(value, SourcedItems) and isinstance(base.get(key), SourcedItems):
            merge_key = _merge_key(key, value, base[key]) if built_in else ""
            if merge_key:
                _merge_items(base[key], value, merge_key)
            else:
                base.take(key, patch)
        else:
            base.take(key, patch)


def is_deletion(patch: SourcedTable) -> bool:
    """Return whether the patch removes the whole object."""
    return patch.get(_DIRECTIVE) == "delete"


def change(content: Any, operations: Any) -> None:
    """Apply the operations of a JSON patch (RFC 6902) to an object.

    Raises:
        Unreadable: an operation leads nowhere.

    """
    for number, operation in enumerate(operations if isinstance(operations, list) else ()):
        if isinstance(operation, SourcedTable):
            _operate(content, operation, operations.lines[number])


def _merge_table(base: SourcedTable, key: Any, patch: SourcedTable, *, built_in: bool) -> None:
    value = patch[key]
    directive = value.get(_DIRECTIVE)
    if directive == "delete":
        base.drop(key)
    elif isinstance(base.get(key), SourcedTable) and directive != "replace":
        merge(base[key], value, built_in=built_in)
    else:
        value.drop(_DIRECTIVE)
        base.take(key, patch)
        _without_nulls(value)


def _without_nulls(table: SourcedTable) -> None:
    for key in [key for key, value in table.items() if value is None]:
        table.drop(key)


def _merge_key(key: str, patch: SourcedItems, base: SourcedItems) -> str:
    """Return what tells the items of a list apart, empty if the list is replaced as a whole."""
    for name in _MERGE_KEYS.get(key, ()):
        items = [item for item in (*patch, *base) if not _is_directive(item)]
        if items and all(isinstance(item, dict) and name in item for item in items):
            return name
    return ""


def _is_directive(item: Any) -> bool:
    return isinstance(item, dict) and set(item) == {_DIRECTIVE}


def _merge_items(base: SourcedItems, patch: SourcedItems, merge_key: str) -> None:
    if any(_is_directive(item) and item[_DIRECTIVE] == "replace" for item in patch):
        while base:
            base.drop(0)
    added = 0
    for number, item in enumerate(patch):
        if _is_directive(item):
            continue
        at = next((n for n, known in enumerate(base) if known[merge_key] == item[merge_key]), -1)
        if item.get(_DIRECTIVE) == "delete":
            if at >= 0:
                base.drop(at)
        elif at >= 0:
            merge(base[at], item)
        else:
            base.put(added, item, patch.files[number], patch.lines[number])
            added += 1


def _operate(content: Any, operation: SourcedTable, line: int) -> None:
    name, path = str(operation.get("op")), str(operation.get("path", ""))
    file = operation.files["op"] if "op" in operation else next(iter(operation.files.values()))
    holder, last = _holder(content, path, makes=name == "add")
    value = operation.get("value")
    if name in {"copy", "move"}:
        other, key = _holder(content, str(operation.get("from", "")))
        value = _entry(other, key)
        if name == "move":
            _remove(other, key)
    value = copied(value, file, operation.lines.get("value", line))
    at = operation.lines.get("value", line)
    match name:
        case "test":
            return
        case "remove":
            _remove(holder, last)
        case "add" | "copy" | "move" if isinstance(holder, SourcedItems):
            holder.put(len(holder) if last == "-" else _index(last), value, file, at)
        case "add" | "copy" | "move" | "replace" if isinstance(holder, SourcedTable):
            holder.put(last, value, file, at)
        case "replace" if isinstance(holder, SourcedItems):
            number = _index(last)
            _entry(holder, last)
            holder.drop(number)
            holder.put(number, value, file, at)
        case _:
            raise Unreadable(f"the operation {name} of a patch leads nowhere: {path}", line)


def _holder(content: Any, path: str, *, makes: bool = False) -> tuple[Any, str]:
    """Return what holds the entry that a JSON pointer leads to, and its key.

    Kustomize makes the tables that are missing on the way to what is added.
    """
    parts = [part.replace("~1", "/").replace("~0", "~") for part in path.split("/")[1:]]
    if not parts:
        raise Unreadable("a patch replaces the whole object")
    for part in parts[:-1]:
        if makes and isinstance(content, SourcedTable) and _known(content, part) not in content:
            made_table(content, part)
        content = _entry(content, part)
    return content, parts[-1]


def _entry(holder: Any, key: str) -> Any:
    try:
        return holder[_index(key)] if isinstance(holder, list) else holder[_known(holder, key)]
    except (KeyError, IndexError, TypeError) as error:
        raise Unreadable(f"a patch names {key}, which is not there") from error


def _remove(holder: Any, key: str) -> None:
    _entry(holder, key)
    holder.drop(_index(key) if isinstance(holder, list) else _known(holder, key))


def _known(holder: Any, key: str) -> Any:
    """Return the key as the table has it: that of a list of ports may be a number."""
    return next((one for one in holder if str(one) == key), key)


def _index(key: str) -> int:
    if not key.isdigit():
        raise Unreadable(f"a patch names {key} as the place in a list")
    return int(key)
