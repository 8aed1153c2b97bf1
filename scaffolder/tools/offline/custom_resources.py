"""Validate a custom resource by its definition.

Of the Prometheus operator, the Gateway API, AWS and External Secrets.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name(
    "custom_resources.gz"
)  # written by tools/schemas/custom_resources.py
_EXTERNAL_SECRETS = Path(__file__).with_name(
    "external_secrets.gz"
)  # written by tools/schemas/external_secrets.py


@dataclass(frozen=True, kw_only=True, order=True)
class Violation:
    """An error in an object: its path ("spec.endpoints[0].port"; "" for the object), and text."""

    place: str
    message: str


def kinds() -> frozenset[tuple[str, str]]:
    """The pairs of apiVersion and kind whose schema travels with this package."""
    return frozenset((key.partition(" ")[0], key.partition(" ")[2]) for key in _content()["kinds"])


def violations(resource: Mapping[str, Any]) -> tuple[Violation, ...]:
    """Return the errors by the resource's definition; unknown fields are errors, null is not.

    Raises KeyError for a resource that is not one of `kinds()`.
    """
    import jsonschema  # 0.1 s, and only this needs it

    content = _content()
    schema = content["kinds"][f"{resource['apiVersion']} {resource['kind']}"]
    validator = jsonschema.Draft202012Validator({**schema, "$defs": content["$defs"]})
    errors = validator.iter_errors(_without_nulls(resource))
    return tuple(
        sorted(
            {
                Violation(place=_place(error.absolute_path), message=error.message)
                for error in errors
            }
        )
    )


@cache
def _content() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(gzip.decompress(_FILE.read_bytes()))
    content["kinds"] |= json.loads(gzip.decompress(_EXTERNAL_SECRETS.read_bytes()))["kinds"]
    return content


def _place(path: Any) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


def _without_nulls(value: Any) -> Any:
    """Return the value as the API server stores it: a null field counts as absent."""
    if isinstance(value, Mapping):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    return [_without_nulls(item) for item in value] if isinstance(value, list) else value
