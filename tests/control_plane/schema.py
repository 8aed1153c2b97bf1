"""Objections of the published schemas of Kubernetes, in the words of a real server."""

from __future__ import annotations

import re

from control_plane import validation
from control_plane.kinds import Kind, Object
from control_plane.requests import Refused, Target

from scaffolder.tools.offline import kubernetes_schemas


def _validated(one: Object) -> str:
    """Return the first field that the published schema does not know, or ""."""
    try:
        violations = kubernetes_schemas.violations(one, "1.36")
    except kubernetes_schemas.UnknownKindError:
        return ""  # a custom resource
    for violation in violations:
        named = re.findall(r"'([^']+)'", violation.message)
        return ".".join([*map(str, violation.path), *named[:1]])
    return ""


def declared(target: Target, one: Object) -> None:
    """An apply with a field that does not exist, or with an entry twice (recorded: unknown-field.strict.apply, duplicate-env.apply)."""
    unknown = _validated(one)
    faults = [f".{unknown}: field not declared in schema"] if unknown else []
    faults += validation.duplicates(one)
    if faults:
        where = (
            f"{target.namespace}/{one['metadata']['name']}; {one['apiVersion']}, Kind={one['kind']}"
        )
        raise Refused(500, f"failed to create typed patch object ({where}): {faults[0]}", "")


def decoded(target: Target, one: Object) -> None:
    """A creation with a field that does not exist (recorded: unknown-field.strict.create)."""
    unknown = _validated(one)
    if unknown:
        kind = target.kind
        text = (
            f'{kind.name} in version "{kind.version}" cannot be handled as a {kind.name}: strict decoding error: '
            f'unknown field "{unknown}"'
        )
        raise Refused(400, text, "BadRequest")


def other_kind(one: Object, kind: Kind) -> str:
    version = one["apiVersion"].rpartition("/")[2]
    return (
        f'{one["kind"]} in version "{version}" cannot be handled as a {kind.name}: converting '
        f"({version}.{one['kind']}) to ({kind.group}.{kind.name}): unknown conversion"
    )
