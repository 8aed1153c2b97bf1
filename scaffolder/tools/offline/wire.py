"""Encoding a provider's schema for Terraform's plugin protocol 6.

Two messages of the protocol carry data here, so they are encoded by hand: generated code would tie
this package to one range of protobuf releases. Field numbers:
https://github.com/hashicorp/terraform/blob/main/docs/plugin-protocol/tfplugin6.proto
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

_NESTING = {"single": 1, "list": 2, "set": 3, "map": 4, "group": 5}


def provider_schema(
    provider: Mapping[str, Any],
    resources: Mapping[str, Mapping[str, Any]],
    data_sources: Mapping[str, Mapping[str, Any]],
    ephemeral_resources: Mapping[str, Mapping[str, Any]],
) -> bytes:
    """Return a GetProviderSchema.Response.

    Arguments have the shape that `terraform providers schema -json` prints.
    """
    get_provider_schema_optional = number_field(2, 1)
    return b"".join(
        (
            bytes_field(1, _schema(provider)),
            *(_entry(2, name, schema) for name, schema in resources.items()),
            *(_entry(3, name, schema) for name, schema in data_sources.items()),
            bytes_field(6, get_provider_schema_optional),
            *(_entry(8, name, schema) for name, schema in ephemeral_resources.items()),
        )
    )


def _entry(field: int, name: str, schema: Mapping[str, Any]) -> bytes:
    """One entry of a map<string, Schema>."""
    return bytes_field(field, text_field(1, name) + bytes_field(2, _schema(schema)))


def _schema(schema: Mapping[str, Any]) -> bytes:
    return number_field(1, schema.get("version", 0)) + bytes_field(2, _block(schema["block"]))


def _block(block: Mapping[str, Any]) -> bytes:
    attributes = block.get("attributes", {})
    blocks = block.get("block_types", {})
    return b"".join(
        (
            *(
                bytes_field(2, _attribute(name, attribute))
                for name, attribute in attributes.items()
            ),
            *(bytes_field(3, _nested_block(name, nested)) for name, nested in blocks.items()),
        )
    )


def _nested_block(name: str, nested: Mapping[str, Any]) -> bytes:
    return b"".join(
        (
            text_field(1, name),
            bytes_field(2, _block(nested["block"])),
            number_field(3, _NESTING[nested["nesting_mode"]]),
            number_field(4, nested.get("min_items", 0)),
            number_field(5, nested.get("max_items", 0)),
        )
    )


def _attribute(name: str, attribute: Mapping[str, Any]) -> bytes:
    if "nested_type" in attribute:
        kind = bytes_field(10, _object(attribute["nested_type"]))
    else:
        kind = text_field(2, json.dumps(attribute["type"], separators=(",", ":")))
    return b"".join(
        (
            text_field(1, name),
            kind,
            number_field(4, attribute.get("required", 0)),
            number_field(5, attribute.get("optional", 0)),
            number_field(6, attribute.get("computed", 0)),
            number_field(7, attribute.get("sensitive", 0)),
            number_field(11, attribute.get("write_only", 0)),
        )
    )


def _object(nested: Mapping[str, Any]) -> bytes:
    attributes = b"".join(
        bytes_field(1, _attribute(name, value)) for name, value in nested["attributes"].items()
    )
    return attributes + number_field(3, _NESTING[nested["nesting_mode"]])


def text_field(field: int, value: str) -> bytes:
    """Return a field that is a string."""
    return bytes_field(field, value.encode())


def bytes_field(field: int, value: bytes) -> bytes:
    """Return a field that is bytes or a message."""
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def number_field(field: int, value: int) -> bytes:
    """Return a field that is a number or a bool; nothing for 0, which is the default."""
    return _varint(field << 3) + _varint(value) if value else b""


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
