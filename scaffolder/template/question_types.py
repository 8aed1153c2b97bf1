"""The types of questions: an answer is text to the user, and a Python value to expressions.

The kinds, and what each makes of a text, are Copier's
(https://copier.readthedocs.io/en/stable/configuring/#questions).
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

KINDS = frozenset({"bool", "float", "int", "json", "path", "str", "yaml"})

WORDS = {"int": "an integer", "float": "a number", "json": "valid JSON", "yaml": "valid YAML"}

_BOOLEANS = dict.fromkeys(("y", "yes", "t", "true", "on"), True) | dict.fromkeys(
    ("n", "no", "f", "false", "off", "~", "null", "none", ""), False
)


def of(entry: Mapping[str, Any]) -> str:
    """Return a question's type: its own, else that of its default.

    Text for a default with marks.
    """
    said = entry.get("type")
    if not said:
        said = type(entry.get("default")).__name__
        return said if said in KINDS else "yaml"
    return said if said in KINDS else "str"


def lists_words(entry: Mapping[str, Any]) -> bool:
    """Return whether a question takes a free list of words: YAML, with such a list as default.

    Copier's `multiselect` chooses from a list that the template has.
    """
    default = entry.get("default")
    if of(entry) != "yaml" or not isinstance(default, list):
        return False
    return bool(default) and all(isinstance(item, str) for item in default)


def is_nested(value: object) -> bool:
    """Return whether a value, or YAML text, is a mapping, or a list with more than words."""
    if isinstance(value, str):
        if not value.lstrip().startswith(("[", "{", "- ")):
            return False
        try:
            value = _yaml(value)
        except ValueError:
            return True
    if isinstance(value, list | tuple):
        return any(isinstance(item, dict | list) for item in value)
    return isinstance(value, dict)


def text(kind: str, value: object) -> str:
    """Return a recorded value as the text that a user would type."""
    if kind in {"json", "yaml"} and not isinstance(value, str):
        return json.dumps(value, default=str)  # which YAML reads as well
    return str(value)


def native(kind: str, answer: str) -> object:
    """Return the value of the text `answer` for a template's expressions.

    Raises:
        ValueError: it is not a value of this kind.

    """
    return _NATIVE[kind](answer) if kind in _NATIVE else answer


def items(answer: str) -> list[str]:
    """The answers in a text that holds several: "a,b", or a list of YAML, "[a, b]"."""
    if answer.lstrip().startswith("["):
        listed = _yaml(answer)
        return [str(item) for item in listed] if isinstance(listed, list) else [answer]
    return [item.strip() for item in answer.split(",") if item.strip()]


def _boolean(answer: str) -> bool:
    try:
        return bool(float(answer))
    except ValueError:
        return _BOOLEANS.get(answer.strip().lower(), True)


def _yaml(answer: str) -> object:
    return copy.deepcopy(_read_yaml(answer))  # a template may change its own, not that of the next


@lru_cache(maxsize=512)
def _read_yaml(answer: str) -> object:
    """Return the value of `answer`; each expression of a template asks for the same answers."""
    import yaml

    from scaffolder.formats import yaml as bounds

    try:
        bounds.refuse_unbounded(answer)
        return yaml.safe_load(answer)
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error


_NATIVE: Mapping[str, Callable[[str], object]] = {
    "bool": _boolean,
    "float": float,
    "int": int,
    "json": json.loads,
    "yaml": _yaml,
}
