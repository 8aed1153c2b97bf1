"""Which attributes of a type cannot be changed, so that a change makes a new object."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from scaffolder.tools.rehearsal.values import Value

_FILE = "replacement.json.gz"


def replacing(kind: str, prior: Mapping[str, Value], planned: Mapping[str, Value]) -> list[str]:
    """Return the attributes and blocks whose planned change needs another object, sorted."""
    changed = {
        name.partition(".")[0]
        for name in table().get(kind, ())
        if _of(name, prior) != _of(name, planned)
    }
    return sorted(changed)


def _of(name: str, values: Mapping[str, Value]) -> Value:
    """Return the value of a name such as "block.attribute"; of a block, whether it is present."""
    top, _, inner = name.partition(".")
    value = values.get(top)
    blocks = value if isinstance(value, list) else [value]
    if not all(isinstance(one, dict) for one in blocks if one is not None):
        return value
    present = [one for one in blocks if one is not None]
    if not inner:
        return bool(present) if present or isinstance(value, list) else value
    return sorted((one.get(inner) for one in present), key=str)


def is_known(kind: str) -> bool:
    """Return whether it is known what replaces an object of this type."""
    return kind in table()


@cache
def table() -> Mapping[str, frozenset[str]]:
    """Return, by type, the attributes and blocks whose change needs another object."""
    file = files("scaffolder.tools.rehearsal") / _FILE
    found = json.loads(gzip.decompress(file.read_bytes()))
    return {kind: frozenset(names) for kind, names in found["types"].items()}
