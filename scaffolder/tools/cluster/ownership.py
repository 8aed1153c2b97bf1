"""Tell what an object in a cluster becomes when the program that installed it installs it again.

A server-side apply removes a field only if its manager owns the field by an earlier apply. Helm 3
and Terraform's provider install with plain requests (operation `Update`), so a lone apply over
their objects keeps what the new manifest left out, and the server refuses a mix that no upgrade
produces. Helm 4 rewrites the ownership first, which a dry-run cannot do. So the result of both
steps is computed here, and sent as one merge patch.

managedFields: https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scaffolder.formats.regex import regex

HELM = "helm"
"""The field manager of Helm 3 and 4 (the name of its program)."""

_INSTALLERS = regex(r"(helm|terraform|hashicorp).*", re.IGNORECASE)
"""The managers that install a chart.

Helm, Flux's helm-controller, terraform-provider-helm_v3.1.0, Terraform.
"""

_KEY_DEFAULTS = {"protocol": "TCP"}
"""Defaults that the server fills in before it compares the keys of list entries."""

_Fields = dict[str, Any]
"""A tree of FieldsV1 in which a leaf is marked: {"f:spec": {"f:replicas": {"leaf": {}}}}."""

_LEAF = "leaf"

_GONE = object()


def installed_client_side(live: Mapping[str, Any]) -> bool:
    """Return whether an installer owns fields of `live`, but not by server-side apply as `helm`."""
    return any(
        (entry.get("manager"), entry.get("operation")) != (HELM, "Apply")
        for entry in _installer_entries(live)
    )


def is_installed_by_helm(live: Mapping[str, Any]) -> bool:
    """Return whether `live` belongs to a Helm release, by its annotation or its field owners."""
    return bool(release_of(live)) or any(_installer_entries(live))


def release_of(live: Mapping[str, Any]) -> str:
    """Return the name of the Helm release in the annotations of `live`; "" if it has none."""
    annotations = (live.get("metadata") or {}).get("annotations") or {}
    return str(annotations.get("meta.helm.sh/release-name") or "")


def upgrade_patch(live: Mapping[str, Any], rendered: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the JSON merge patch that makes of `live` what an upgrade to `rendered` makes of it.

    None if that cannot be told, because the ownership is written down for another version of the
    API.
    """
    entries = list(_installer_entries(live))
    if any(entry.get("apiVersion") != rendered.get("apiVersion") for entry in entries):
        return None
    names = [id(entry) for entry in entries]
    mine = _union(entries)
    theirs = _union([entry for entry in _entries(live) if id(entry) not in names])
    return _difference(live, _merged(live, rendered, mine, theirs))


def _entries(live: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list((live.get("metadata") or {}).get("managedFields") or ())


def _installer_entries(live: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for entry in _entries(live):
        if _INSTALLERS.fullmatch(str(entry.get("manager", ""))) and not entry.get("subresource"):
            yield entry


def _union(entries: Sequence[Mapping[str, Any]]) -> _Fields:
    union: _Fields = {}
    for entry in entries:
        _add(union, entry.get("fieldsV1") or {})
    return union


def _add(union: _Fields, fields: Mapping[str, Any]) -> None:
    for key, children in fields.items():
        if key in {".", _LEAF}:
            union[key] = {}
        else:
            _add(union.setdefault(key, {}), children or {_LEAF: {}})


def _merged(live: Any, rendered: Any, mine: _Fields, theirs: _Fields) -> Any:
    """Return `rendered` with the parts of `live` that the installer does not own."""
    is_whole = set(mine) | set(theirs) == {
        _LEAF
    }  # a map or list that the server replaces and does not merge
    if is_whole:
        return rendered
    if isinstance(live, Mapping) and isinstance(rendered, Mapping):
        return _merged_map(live, rendered, mine, theirs)
    if isinstance(live, list) and isinstance(rendered, list):
        return _merged_list(live, rendered, mine, theirs)
    return rendered


def _merged_map(
    live: Mapping[str, Any], rendered: Mapping[str, Any], mine: _Fields, theirs: _Fields
) -> dict[str, Any]:
    given = {key: value for key, value in rendered.items() if value is not None}
    result = {}
    for key, value in live.items():
        own, other = mine.get(f"f:{key}"), theirs.get(f"f:{key}")
        merged = (
            _merged(value, given[key], own or {}, other or {})
            if key in given
            else _left(value, own, other)
        )
        if merged is not _GONE:
            result[key] = merged
    return result | {key: value for key, value in given.items() if key not in live}


def _merged_list(live: list[Any], rendered: list[Any], mine: _Fields, theirs: _Fields) -> list[Any]:
    """Merge entry by entry if the server does.

    Ownership then names them by their keys ("k:") or values ("v:").
    """
    marks = [*mine, *theirs]
    keyed = next((mark for mark in marks if mark.startswith("k:")), "")
    if keyed:
        return _merged_entries(live, rendered, tuple(json.loads(keyed[2:])), mine, theirs)
    if not any(mark.startswith("v:") for mark in marks):
        return rendered
    kept = [
        value for value in live if value not in rendered and not _only_mine(value, mine, theirs)
    ]
    return [*rendered, *kept]


def _merged_entries(
    live: list[Any], rendered: list[Any], names: tuple[str, ...], mine: _Fields, theirs: _Fields
) -> list[Any]:
    before = {_identity(entry, names): entry for entry in live}
    result = []
    for entry in rendered:
        identity = _identity(entry, names)
        if identity in before:
            own, other = (_fields_of(fields, names, identity) or {} for fields in (mine, theirs))
            entry = _merged(before.pop(identity), entry, own, other)
        result.append(entry)
    for identity, entry in before.items():
        left = _left(entry, _fields_of(mine, names, identity), _fields_of(theirs, names, identity))
        if left is not _GONE:
            result.append(left)
    return result


def _left(value: Any, mine: _Fields | None, theirs: _Fields | None) -> Any:
    """Return the rest of a part of the live object that `rendered` lacks.

    _GONE if nothing stays.
    """
    if mine is None:
        return value
    if theirs is None:
        return _GONE
    return _merged(value, type(value)(), mine, theirs) if isinstance(value, dict | list) else value


def _only_mine(value: Any, mine: _Fields, theirs: _Fields) -> bool:
    mark = f"v:{json.dumps(value, separators=(',', ':'))}"
    return mark in mine and mark not in theirs


def _identity(entry: Any, names: tuple[str, ...]) -> tuple[str, ...]:
    content = entry if isinstance(entry, Mapping) else {}
    return tuple(json.dumps(content.get(name, _KEY_DEFAULTS.get(name))) for name in names)


def _fields_of(
    fields: _Fields, names: tuple[str, ...], identity: tuple[str, ...]
) -> _Fields | None:
    for mark, children in fields.items():
        if mark.startswith("k:") and _identity(json.loads(mark[2:]), names) == identity:
            return dict(children)
    return None


def _difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON merge patch from `before` to `after` (RFC 7386)."""
    patch: dict[str, Any] = {key: None for key in before if key not in after}
    for key, value in after.items():
        if key in before and isinstance(value, Mapping) and isinstance(before[key], Mapping):
            inner = _difference(before[key], value)
            if inner:
                patch[key] = inner
        elif key not in before or before[key] != value:
            patch[key] = value
    return patch
