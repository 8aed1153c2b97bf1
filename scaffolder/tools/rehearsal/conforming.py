"""Values and their schema: which attributes a value has, and which are not known yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from scaffolder.tools.rehearsal.values import UNKNOWN, Value

Schema = Mapping[str, Any]
MakeUp = Callable[[str, Any, bool, Mapping[str, Value]], Value]
"""A value for an attribute, by name, type, whether it is configurable, and siblings."""


def conform(block: Schema, value: Any) -> dict[str, Value]:
    """Return a value with all attributes and blocks of a schema, and no others."""
    given = value if isinstance(value, dict) else {}
    found: dict[str, Value] = {
        name: _attribute(attribute, given.get(name))
        for name, attribute in block.get("attributes", {}).items()
    }
    for name, nested in block.get("block_types", {}).items():
        found[name] = _blocks(nested, given.get(name))
    return found


def with_unknowns(block: Schema, value: Mapping[str, Value]) -> dict[str, Value]:
    """Return a new object as a plan shows it: what the provider chooses is not known yet."""
    found = dict(value)
    for name, attribute in block.get("attributes", {}).items():
        if found.get(name) is None and attribute.get("computed"):
            found[name] = UNKNOWN
        elif "nested_type" in attribute:
            found[name] = _each_nested(attribute["nested_type"], found.get(name), with_unknowns)
    for name, nested in block.get("block_types", {}).items():
        found[name] = _each_nested(nested, found.get(name), with_unknowns)
    return found


def made_known(block: Schema, value: Mapping[str, Value], make_up: MakeUp) -> dict[str, Value]:
    """Return an object in which each unknown value is one that `make_up` gives."""

    def known(inner: Schema, one: Mapping[str, Value]) -> dict[str, Value]:
        return made_known(inner, one, make_up)

    found = dict(value)
    for name, attribute in _in_order(block):
        kind = attribute["type"] if "type" in attribute else _type_of(attribute["nested_type"])
        if found.get(name) is UNKNOWN:
            found[name] = make_up(name, kind, bool(attribute.get("optional")), found)
        elif "nested_type" in attribute:
            found[name] = _each_nested(attribute["nested_type"], found.get(name), known)
        else:
            found[name] = _without_unknowns(name, kind, found[name], make_up)
    for name, nested in block.get("block_types", {}).items():
        if found.get(name) is UNKNOWN:  # a dynamic block whose elements were not known
            found[name] = [] if nested["nesting_mode"] in {"list", "set"} else None
        found[name] = _each_nested(nested, found.get(name), known)
    return found


def has_unknown(value: Value) -> bool:
    """Return whether a value, or one inside it, is not known yet."""
    if isinstance(value, dict):
        return any(map(has_unknown, value.values()))
    if isinstance(value, list):
        return any(map(has_unknown, value))
    return value is UNKNOWN


def _in_order(block: Schema) -> list[tuple[str, Schema]]:
    """Return the attributes with the id first: others are made from it."""
    return sorted(block.get("attributes", {}).items(), key=lambda item: (item[0] != "id", item[0]))


def _attribute(attribute: Schema, value: Value) -> Value:
    if value is None or "nested_type" not in attribute:
        return value
    return _each_nested(attribute["nested_type"], value, conform)


def _blocks(nested: Schema, value: Value) -> Value:
    mode = nested["nesting_mode"]
    if value is UNKNOWN:
        return value
    if mode == "map":
        return {key: conform(nested["block"], one) for key, one in (value or {}).items()}
    if mode in {"single", "group"}:
        if value is None and mode == "single":
            return None
        return conform(nested["block"], value)
    return [conform(nested["block"], one) for one in value or []]


def _each_nested(
    nested: Schema, value: Value, change: Callable[[Schema, dict[str, Value]], Value]
) -> Value:
    """Return the objects of a block or nested attribute changed, whatever its nesting is."""
    inner = nested.get("block", nested)
    if isinstance(value, list):
        return [change(inner, one) if isinstance(one, dict) else one for one in value]
    if not isinstance(value, dict):
        return value
    if nested["nesting_mode"] == "map":
        return {key: change(inner, one) for key, one in value.items()}
    return change(inner, value)


def _type_of(nested: Schema) -> Any:
    """Return the type expression of a nested attribute."""
    inner = ["object", {name: _of(one) for name, one in nested["attributes"].items()}]
    return inner if nested["nesting_mode"] == "single" else [nested["nesting_mode"], inner]


def _of(attribute: Schema) -> Any:
    return attribute["type"] if "type" in attribute else _type_of(attribute["nested_type"])


def _without_unknowns(name: str, kind: Any, value: Value, make_up: MakeUp) -> Value:
    """Return a configured list, map or object in which single elements were not known."""
    if not has_unknown(value):
        return value
    if value is UNKNOWN:
        return make_up(name, kind, False, {})
    if isinstance(value, dict):
        types = kind[1] if kind[0] == "object" else dict.fromkeys(value, kind[1])
        return {key: _without_unknowns(key, types[key], one, make_up) for key, one in value.items()}
    return [_without_unknowns(name, kind[1], one, make_up) for one in value]
