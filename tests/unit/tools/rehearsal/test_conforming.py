"""Values and their schema: attributes, blocks, and values that are not known yet."""

from __future__ import annotations

from typing import Any

import pytest

from scaffolder.tools.rehearsal.conforming import (
    conform,
    has_unknown,
    made_known,
    with_unknowns,
)
from scaffolder.tools.rehearsal.values import UNKNOWN

BLOCK = {
    "attributes": {
        "name": {"type": "string", "required": True},
        "id": {"type": "string", "computed": True},
        "size": {"type": "number", "optional": True},
    },
    "block_types": {
        "rule": {
            "nesting_mode": "list",
            "block": {"attributes": {"arn": {"type": "string", "computed": True}}},
        }
    },
}


def test_a_value_has_all_attributes_and_no_others() -> None:
    found = conform(BLOCK, {"name": "a", "other": 1})
    assert found == {"name": "a", "id": None, "size": None, "rule": []}
    assert conform(BLOCK, None)["name"] is None


def test_computed_attributes_are_not_known_in_a_plan() -> None:
    found = with_unknowns(BLOCK, conform(BLOCK, {"name": "a", "rule": [{}]}))
    assert found["id"] is UNKNOWN
    assert found["size"] is None
    assert found["rule"] == [{"arn": UNKNOWN}]


def test_a_given_value_of_a_computed_attribute_stays() -> None:
    assert with_unknowns(BLOCK, conform(BLOCK, {"id": "x"}))["id"] == "x"


def test_unknown_values_are_made_up() -> None:
    def make_up(name: str, kind: Any, optional: bool, siblings: Any) -> str:
        return f"made {name}"

    planned = with_unknowns(BLOCK, conform(BLOCK, {"name": "a", "rule": [{}]}))
    found = made_known(BLOCK, planned, make_up)
    assert found["id"] == "made id"
    assert found["name"] == "a"
    assert found["rule"] == [{"arn": "made arn"}]
    assert not has_unknown(found)


@pytest.mark.parametrize(
    ("value", "unknown"),
    [
        (UNKNOWN, True),
        ([1, UNKNOWN], True),
        ({"a": {"b": UNKNOWN}}, True),
        ({"a": [None]}, False),
        ("x", False),
    ],
)
def test_a_value_may_hold_one_that_is_unknown(value: Any, *, unknown: bool) -> None:
    assert has_unknown(value) is unknown


def test_blocks_by_key_are_conformed_each() -> None:
    nested = {"nesting_mode": "map", "block": {"attributes": {"arn": {"type": "string"}}}}
    block = {"attributes": {}, "block_types": {"rule": nested}}
    assert conform(block, {"rule": {"a": {"other": 1}}}) == {"rule": {"a": {"arn": None}}}
    assert conform(block, {})["rule"] == {}
