"""The messages of plugin protocol 6 that carry values: requests and responses.

Encoded by hand for the same reason as `offline/wire.py`, which has the schemas and the field
numbers' source. Values travel as MessagePack; one that is not known yet is an extension of type 0.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgpack

from scaffolder.tools.offline.wire import bytes_field, number_field, text_field
from scaffolder.tools.rehearsal.values import UNKNOWN, Value

_REFINED = 12
"""The extension of an unknown value of which something is known, such as that it is not null."""

Path = Sequence[str]


def fields(message: bytes) -> dict[int, list[Any]]:
    """Return a message's fields by number: numbers as int, everything else as bytes."""
    found: dict[int, list[Any]] = {}
    position = 0
    while position < len(message):
        key, position = _varint(message, position)
        match key & 7:
            case 0:
                value, position = _varint(message, position)
                found.setdefault(key >> 3, []).append(value)
            case 2:
                length, position = _varint(message, position)
                found.setdefault(key >> 3, []).append(message[position : position + length])
                position += length
            case wire_type:
                raise ValueError(f"unexpected wire type {wire_type} in a message of Terraform")
    return found


def text(message: Mapping[int, Sequence[Any]], field: int) -> str:
    """Return a string field, "" if absent."""
    return bytes(message.get(field, [b""])[0]).decode()


def value(message: Mapping[int, Sequence[Any]], field: int) -> Value:
    """Return a field that is a DynamicValue; None if it is absent or null."""
    if field not in message:
        return None
    inner = fields(message[field][0])
    if 1 in inner:
        return unpacked(inner[1][0])
    return json.loads(inner[2][0]) if 2 in inner else None


def unpacked(packed: bytes) -> Value:
    """Return the value of a MessagePack document."""
    return msgpack.unpackb(packed, raw=False, strict_map_key=False, ext_hook=_extension)


def packed(plain: Value) -> bytes:
    """Return a value as a MessagePack document."""
    return bytes(msgpack.packb(plain, use_bin_type=True, default=_not_known))


def dynamic_value(field: int, plain: Value) -> bytes:
    """Return a field that is a DynamicValue."""
    return bytes_field(field, bytes_field(1, packed(plain)))


def diagnostic(field: int, summary: str, detail: str, *attribute: str) -> bytes:
    """Return a field that is an error, at an attribute if one is named."""
    error = 1
    parts = number_field(1, error) + text_field(2, summary) + text_field(3, detail)
    return bytes_field(field, parts + (bytes_field(4, _path(attribute)) if attribute else b""))


def planned(state: Value, replacing: Iterable[str]) -> bytes:
    """Return a PlanResourceChange.Response; `replacing` are attributes that need a new object."""
    legacy_type_system = number_field(5, 1)  # as providers of the old SDK: defaults are not errors
    paths = b"".join(bytes_field(2, _path((name,))) for name in replacing)
    return dynamic_value(1, state) + paths + legacy_type_system


def applied(state: Value, errors: bytes = b"") -> bytes:
    """Return an ApplyResourceChange.Response; `errors` are diagnostics in field 3."""
    legacy_type_system = number_field(4, 1)
    return dynamic_value(1, state) + errors + legacy_type_system


def imported(type_name: str, state: Value) -> bytes:
    """Return an ImportResourceState.Response with one object."""
    return bytes_field(1, text_field(1, type_name) + dynamic_value(2, state))


def _path(names: Iterable[str]) -> bytes:
    return b"".join(bytes_field(1, text_field(1, name)) for name in names)


def _varint(message: bytes, position: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = message[position]
        position += 1
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return number, position


def _extension(code: int, data: bytes) -> Value:
    if code in (0, _REFINED):
        return UNKNOWN
    raise ValueError(f"unexpected extension {code} in a value of Terraform")


def _not_known(plain: object) -> msgpack.ExtType:
    if plain is UNKNOWN:
        return msgpack.ExtType(0, b"\0")
    raise TypeError(f"{type(plain).__name__} is not a value of Terraform")
