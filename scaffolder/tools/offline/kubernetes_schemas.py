"""The schemas of built-in Kubernetes objects, by version, as kubernetes-validate packages them."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from scaffolder.formats.regex import regex


class UnknownKindError(Exception):
    """This version of Kubernetes has no such kind in such an API."""


@dataclass(frozen=True, kw_only=True)
class Violation:
    """A schema's error: the path of the value, and the reason."""

    path: tuple[str | int, ...]
    message: str


_REMOVED = {
    "1.16": {
        "apps/v1beta1": (),
        "apps/v1beta2": (),
        "extensions/v1beta1": (
            *("DaemonSet", "Deployment", "NetworkPolicy", "PodSecurityPolicy", "ReplicaSet"),
        ),
    },
    "1.22": {
        "admissionregistration.k8s.io/v1beta1": (),
        "apiextensions.k8s.io/v1beta1": (),
        "apiregistration.k8s.io/v1beta1": (),
        "authentication.k8s.io/v1beta1": (),
        "authorization.k8s.io/v1beta1": (),
        "certificates.k8s.io/v1beta1": (),
        "coordination.k8s.io/v1beta1": (),
        "extensions/v1beta1": ("Ingress",),
        "networking.k8s.io/v1beta1": ("Ingress", "IngressClass"),
        "rbac.authorization.k8s.io/v1beta1": (),
        "scheduling.k8s.io/v1beta1": (),
        "storage.k8s.io/v1beta1": ("CSIDriver", "CSINode", "StorageClass", "VolumeAttachment"),
    },
}
"""The APIs that ended before the oldest packaged schemas, by release; all kinds if none is named.

https://kubernetes.io/docs/reference/using-api/deprecation-guide/
"""


def oldest() -> str:
    """Return the oldest version of which there are schemas, such as "1.25"."""
    import kubernetes_validate

    known = min(kubernetes_validate.utils.all_versions(), key=_minor)
    return ".".join(map(str, _minor(known)))


def is_older(version: str, other: str) -> bool:
    """Return whether a version such as "1.14" is before the other."""
    return _minor(version) < _minor(other)


def is_known_to_be_gone(api_version: str, kind: str, version: str) -> bool:
    """Return whether a version of Kubernetes is sure not to have a kind that no schema is of.

    Of a version that is older than all schemas only the APIs are known that ended before it.
    """
    if not is_older(version, oldest()):
        return True
    ended = ((release, apis.get(api_version)) for release, apis in _REMOVED.items())
    return any(
        kinds is not None and not is_older(version, release) and (not kinds or kind in kinds)
        for release, kinds in ended
    )


def violations(content: Mapping[str, Any], version: str) -> tuple[Violation, ...]:
    """Return each error of an object for a version such as "1.36", unknown keys included.

    A key without a value counts as not given, as the API server has it.

    Raises:
        UnknownKindError: the version has no such kind.
        ModuleNotFoundError: kubernetes-validate is not installed.

    """
    import jsonschema

    validator = _validator(_supported(version), str(content["kind"]), str(content["apiVersion"]))
    if validator is None:
        raise UnknownKindError
    found = {}
    for error in validator.iter_errors(_as_json(content)):
        deepest = jsonschema.exceptions.best_match([error])
        if _is_a_number(deepest):
            continue
        path = tuple(deepest.absolute_path)
        found[(path, deepest.message)] = Violation(path=path, message=deepest.message)
    return tuple(found[key] for key in sorted(found, key=str))


_EXPONENT = regex(r"[-+]?\d+(?:\.\d+)?[eE][-+]?\d+")


def _is_a_number(error: Any) -> bool:
    """Return whether a number with an exponent, 1e+06 as Helm writes it, is what was asked for.

    YAML 1.1 takes it for a text, the readers of Kubernetes for a number.
    """
    is_number = isinstance(error.instance, str) and _EXPONENT.fullmatch(error.instance)
    wanted = error.validator_value if error.validator == "type" else ""
    return bool(is_number) and bool(
        {"integer", "number"} & {*([wanted] if isinstance(wanted, str) else wanted)}
    )


@cache
def _supported(version: str) -> str:
    """Return the newest packaged version that is not newer than this one."""
    import kubernetes_validate

    known = kubernetes_validate.utils.all_versions()
    fitting = [one for one in known if _minor(one) <= _minor(version)]
    return str((fitting or known[:1])[-1])


def _minor(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2])


@cache
def _validator(version: str, kind: str, api_version: str) -> Any:
    """Return the validator of a kind, None if the kind does not exist."""
    import jsonschema
    import kubernetes_validate
    from referencing import Registry, Resource

    # rbac.authorization.k8s.io/v1 is in a file for rbac-v1, v1 in one for v1.
    api = re.sub(r"^([^./]*)(?:\.[^/]*)?/", r"\1-", api_version)
    file = f"kubernetes-json-schema/v{version}-local-strict/{kind.lower()}-{api}.json"
    try:
        schema = kubernetes_validate.utils.schema_contents(file, version)
    except FileNotFoundError:
        return None
    registry: Any = Registry()
    for contents in (schema, _definitions(version)):
        registry = Resource.from_contents(contents) @ registry
    return jsonschema.Draft202012Validator(schema, registry=registry)


@cache
def _definitions(version: str) -> Any:
    import kubernetes_validate

    file = f"kubernetes-json-schema/v{version}-local-strict/_definitions.json"
    return kubernetes_validate.utils.schema_contents(file, version)


def _as_json(value: Any) -> Any:
    """Return a manifest as JSON: keys and dates are texts, what has no value is left out."""
    if isinstance(value, Mapping):
        return {_key(key): _as_json(entry) for key, entry in value.items() if entry is not None}
    if isinstance(value, list):
        return [_as_json(item) for item in value]
    return value.isoformat() if isinstance(value, datetime.date) else value


def _key(key: Any) -> str:
    return str(key).lower() if isinstance(key, bool) else str(key)
