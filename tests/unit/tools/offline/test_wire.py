"""The messages of the plugin protocol, read back field by field."""

from __future__ import annotations

from scaffolder.tools.offline.wire import provider_schema

Fields = list[tuple[int, "int | bytes"]]


def fields(message: bytes) -> Fields:
    """A protobuf message's fields, in order: numbers as they are, everything else as bytes."""
    found: Fields = []
    position = 0

    def varint() -> int:
        nonlocal position
        value = shift = 0
        while True:
            byte = message[position]
            position += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while position < len(message):
        key = varint()
        if key & 7 == 0:
            found.append((key >> 3, varint()))
        else:
            length = varint()
            found.append((key >> 3, message[position : position + length]))
            position += length
    return found


def only(message: bytes, number: int) -> bytes:
    (value,) = [value for field, value in fields(message) if field == number]
    assert isinstance(value, bytes)
    return value


def test_an_empty_provider_has_a_schema_and_a_capability() -> None:
    response = provider_schema({"block": {}}, {}, {}, {})
    assert fields(response) == [(1, b"\x12\x00"), (6, b"\x10\x01")]


def test_a_resource_carries_its_attributes_and_blocks() -> None:
    schema = {
        "version": 300,
        "block": {
            "attributes": {"tags": {"type": ["map", "string"], "optional": True, "computed": True}},
            "block_types": {
                "ingress": {
                    "nesting_mode": "set",
                    "min_items": 1,
                    "max_items": 200,
                    "block": {"attributes": {"port": {"type": "number", "required": True}}},
                }
            },
        },
    }
    response = provider_schema({"block": {}}, {"aws_thing": schema}, {}, {})
    entry = only(response, 2)
    assert only(entry, 1) == b"aws_thing"
    assert (1, 300) in fields(only(entry, 2))
    block = only(only(entry, 2), 2)
    assert fields(only(block, 2)) == [(1, b"tags"), (2, b'["map","string"]'), (5, 1), (6, 1)]
    nested = only(block, 3)
    assert [(number, value) for number, value in fields(nested) if number != 2] == [
        (1, b"ingress"),
        (3, 3),
        (4, 1),
        (5, 200),
    ]
    assert fields(only(only(nested, 2), 2)) == [(1, b"port"), (2, b'"number"'), (4, 1)]


def test_a_nested_attribute_carries_its_object() -> None:
    nested = {"nesting_mode": "list", "attributes": {"name": {"type": "string", "required": True}}}
    block = {"attributes": {"set": {"nested_type": nested, "optional": True}}}
    response = provider_schema({"block": block}, {}, {}, {})
    attribute = only(only(only(response, 1), 2), 2)
    assert fields(only(attribute, 10))[-1] == (3, 2)
    assert only(only(attribute, 10), 1) == b'\n\x04name\x12\x08"string" \x01'


def test_data_sources_and_ephemeral_resources_have_fields_of_their_own() -> None:
    response = provider_schema({"block": {}}, {}, {"a": {"block": {}}}, {"b": {"block": {}}})
    assert only(only(response, 3), 1) == b"a"
    assert only(only(response, 8), 1) == b"b"
