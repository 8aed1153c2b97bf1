"""Read a service's request to a platform: platform-request.yaml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scaffolder.errors import AnswersError
from scaffolder.formats.regex import regex

LARGEST = 2**16
"""Bytes of a request, or of a file of objects, that are read."""

_NAME = regex(r"[a-z]([a-z0-9-]{0,38}[a-z0-9])?")
_HOST = regex(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
_TAKEN = frozenset({"default", "gateway", "monitoring"})
"""Namespaces of a platform itself, beside those of Kubernetes (kube-…)."""

_FIELDS = frozenset(
    {"version", "service", "team", "repository", "namespace", "cloud"}
    | {"deployers", "hosts", "alerts", "objects"}
)
_CHATS = ("slack", "teams")
_EXAMPLE = "take platform-request.yaml of a service that was generated with cluster=shared"


@dataclass(frozen=True, kw_only=True)
class Alerts:
    """The destination of a service's alerts: slack or teams, and the channel."""

    chat: str
    channel: str


@dataclass(frozen=True, kw_only=True)
class ServiceRequest:
    """A service's request.

    `deployers` and `hosts` are by environment: who deploys, by the name that the cloud knows, and
    the host name of the routes. `objects` are files beside the request, by their paths there.
    """

    service: str
    team: str
    repository: str
    namespace: str
    cloud: str
    deployers: Mapping[str, str]
    hosts: Mapping[str, str]
    objects: tuple[str, ...]
    alerts: Alerts | None = None


def read(file: Path) -> str:
    """Return the text of a small file.

    Raises:
        AnswersError: it cannot be read, is larger than LARGEST, or is not UTF-8.

    """
    try:
        with file.open("rb") as opened:
            content = opened.read(LARGEST + 1)
        text = content.decode("utf-8")
    except FileNotFoundError as error:
        raise AnswersError(f"{file} does not exist", hint="name a platform-request.yaml") from error
    except (OSError, UnicodeDecodeError) as error:
        raise AnswersError(f"{file} cannot be read: {error}", hint=_EXAMPLE) from error
    if len(content) > LARGEST:
        raise AnswersError(f"{file} is larger than {LARGEST} bytes", hint=_EXAMPLE)
    return text


def parse(text: str, file: Path) -> ServiceRequest:
    """Read a request; `file` is what a message names.

    Raises:
        AnswersError: it is not YAML, lacks something, or has a value that is not allowed.

    """
    content = _document(text, file)
    if content.get("version") != 1:
        raise AnswersError(f"{file}: version must be 1", hint=_EXAMPLE)
    if unknown := sorted(str(name) for name in content.keys() - _FIELDS):
        raise AnswersError(f"{file} has unknown fields: {', '.join(unknown)}", hint=_EXAMPLE)
    service = _name(content, "service", file)
    return ServiceRequest(
        service=service,
        team=_name(content, "team", file),
        repository=str(content.get("repository") or ""),
        namespace=_namespace(content, file),
        cloud=_one_of(content, "cloud", ("aws", "azure", "none"), file),
        deployers=_by_environment(content, "deployers", _NAME_OF_AN_IDENTITY, file),
        # A job that runs at set times has no address.
        hosts=_by_environment(content, "hosts", _HOST, file) if "hosts" in content else {},
        objects=_objects(content, file),
        alerts=_alerts(content, file),
    )


_NAME_OF_AN_IDENTITY = regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


def _document(text: str, file: Path) -> Mapping[str, Any]:
    import yaml

    try:
        content = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        said = " ".join(str(error).split())
        raise AnswersError(f"{file} is not YAML: {said}", hint=_EXAMPLE) from error
    if not isinstance(content, dict):
        raise AnswersError(f"{file} is not a request: it holds no fields", hint=_EXAMPLE)
    return content


def _name(content: Mapping[str, Any], field: str, file: Path) -> str:
    value = content.get(field)
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise AnswersError(
            f"{file}: {field} must be 1 to 40 lower-case letters, digits and dashes, not {value!r}",
            hint=f"{field}: pay-api",
        )
    return value


def _namespace(content: Mapping[str, Any], file: Path) -> str:
    value = _name(content, "namespace", file)
    if value in _TAKEN or value.startswith("kube-"):
        raise AnswersError(
            f"{file}: the namespace {value} belongs to the platform",
            hint="ask for one with the name of the service",
        )
    return value


def _one_of(content: Mapping[str, Any], field: str, allowed: tuple[str, ...], file: Path) -> str:
    value = content.get(field)
    if value not in allowed:
        raise AnswersError(
            f"{file}: {field} must be one of {', '.join(allowed)}, not {value!r}",
            hint=f"{field}: {allowed[0]}",
        )
    return str(value)


def _by_environment(
    content: Mapping[str, Any], field: str, allowed: re.Pattern[str], file: Path
) -> Mapping[str, str]:
    value = content.get(field)
    if not isinstance(value, dict) or not value:
        raise AnswersError(
            f"{file}: {field} must have an entry for each environment", hint=f"{field}: {{dev: …}}"
        )
    for environment, one in value.items():
        known = isinstance(environment, str) and _NAME.fullmatch(environment)
        if not known or not isinstance(one, str) or not allowed.fullmatch(one):
            raise AnswersError(
                f"{file}: {field} of {environment} cannot be {one!r}", hint=f"correct {field}"
            )
    return value


def _objects(content: Mapping[str, Any], file: Path) -> tuple[str, ...]:
    value = content.get("objects")
    if not isinstance(value, list) or not value or not all(isinstance(one, str) for one in value):
        raise AnswersError(
            f"{file}: objects must list the files of the namespace",
            hint="objects: [platform/namespace.yaml, …]",
        )
    return tuple(value)


def _alerts(content: Mapping[str, Any], file: Path) -> Alerts | None:
    value = content.get("alerts")
    if value is None:
        return None
    if not isinstance(value, dict) or not isinstance(value.get("channel"), str):
        raise AnswersError(
            f"{file}: alerts must name a chat and a channel",
            hint='alerts: {chat: slack, channel: "#pay-api-alerts"}',
        )
    return Alerts(chat=_one_of(value, "chat", _CHATS, file), channel=value["channel"])
