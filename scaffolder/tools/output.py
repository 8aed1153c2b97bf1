"""Read and write JSON of programs: the one place in which checks parse it."""

from __future__ import annotations

import json
from typing import Any


def value_of(text: str) -> Any:
    """Return the value that a program printed as JSON.

    Raises:
        ValueError: it is not JSON.

    """
    return json.loads(text)


def first_value_of(text: str) -> Any:
    """Return the value at the start of what a program printed, whatever comes after it.

    Raises:
        ValueError: it does not begin with JSON.

    """
    return json.JSONDecoder().raw_decode(text.lstrip())[0]


def text_of(value: Any) -> str:
    """Return a value as a program reads it; what JSON lacks, such as a date, becomes a text."""
    return json.dumps(value, default=str, ensure_ascii=False)
