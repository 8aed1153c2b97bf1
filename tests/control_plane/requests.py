"""Requests to the stand-in for an API server.

Who, what, by which address, and how it is refused.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import api_server
import yaml
from api_server import APPLY, Reply
from control_plane import protobuf
from control_plane.kinds import Kind
from rbac import Identity


@dataclass(frozen=True)
class Call:
    """One request: who asks for what."""

    method: str
    path: str
    query: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    media_type: str = ""
    agent: str = "unknown"
    identity: Identity | None = None


@dataclass(frozen=True)
class Target:
    """The target of an address; the name is "" for all objects of the kind."""

    kind: Kind
    namespace: str
    name: str
    subresource: str = ""


@dataclass(frozen=True)
class Address:
    """An address whether the server serves it or not."""

    group: str
    version: str
    plural: str
    namespace: str
    name: str
    subresource: str

    @property
    def resource(self) -> str:
        return f"{self.plural}.{self.group}" if self.group else self.plural


def parse(path: str) -> Address | None:
    """Return what an address names, or None for one that is not of objects."""
    match path.strip("/").split("/"):
        case ["api", version, *rest]:
            group = ""
        case ["apis", group, version, *rest]:
            pass
        case _:
            return None
    namespace = ""
    if rest[:1] == ["namespaces"] and len(rest) > 2:
        namespace, rest = rest[1], rest[2:]
    if not rest:
        return None
    plural, name, subresource = [*rest, "", ""][:3]
    return Address(group, version, plural, namespace, name, subresource)


class Refused(Exception):
    """The request is refused with this answer."""

    def __init__(self, status: int, message: str, reason: str) -> None:
        super().__init__(message)
        self.reply = (
            api_server.refusal(status, message, reason)
            if reason or status >= 500
            else Reply(status, message, media_type="text/plain")
        )


def read_body(call: Call) -> Any:
    if call.media_type == protobuf.MEDIA_TYPE:
        return protobuf.decode(call.body)
    return (
        yaml.safe_load(call.body)
        if call.media_type == APPLY and not call.body.startswith(b"{")
        else json.loads(call.body)
    )


def forbidden(identity: Identity, address: Address, verb: str, resource: str) -> str:
    """The words of a refusal (recorded: helm4.role-as-generated.03-test)."""
    named = f'"{address.name}" ' if address.name and verb != "create" else ""
    if verb == "create" and address.subresource:
        named = f'"{address.name}" '
    where = (
        f'in the namespace "{address.namespace}"' if address.namespace else "at the cluster scope"
    )
    return (
        f'{address.resource} {named}is forbidden: User "{identity.user}" cannot {verb} resource "{resource}" '
        f'in API group "{address.group}" {where}'
    )
