"""An Azure pipeline as its published schema reads it: texts, without tasks, insertions in place.

The schema takes each scalar for a text, as Azure does, and knows no expression in the place of a
key or a list. It knows some versions of Microsoft's own tasks only, so that no task is held
against it. https://learn.microsoft.com/azure/devops/pipelines/process/template-expressions
"""

from __future__ import annotations

import re
from typing import Any

from scaffolder.formats.regex import regex
from scaffolder.repository.ci.azure_devops import INSERTED

_EXPRESSION = regex(r"\$\{\{.*?\}\}", re.DOTALL)
_ALONE = regex(r"\s*(?:\$\{\{.*\}\}|\$\[.*\]|\$\([^()]*\))\s*", re.DOTALL)
"""A value that is known when the pipeline runs: it may be of any type."""

_STAND_INS: dict[str, Any] = {
    "steps": [{"bash": "true"}],
    "jobs": [{"job": "x", "steps": [{"bash": "true"}]}],
    "stages": [{"stage": "x", "jobs": [{"job": "x", "steps": [{"bash": "true"}]}]}],
}
_TEXTS = frozenset(
    {
        *("bash", "checkout", "deployment", "displayName", "download", "environment", "image"),
        *("job", "name", "powershell", "publish", "pwsh", "script", "stage", "template", "value"),
        *("container", "vmImage", "repository", "pipeline", "feed", "package", "upload"),
    }
)
"""Keys whose value is a text of one's own, and without which its table is of another kind."""


def as_schema_reads(value: Any) -> Any:
    """Return a document in the form that the schema describes."""
    if isinstance(value, dict):
        return _table(value)
    if isinstance(value, list):
        return _items(value)
    if isinstance(value, bool):
        return str(value).lower()
    return _EXPRESSION.sub("x", str(value))


def _table(table: dict[Any, Any]) -> dict[str, Any]:
    """Return a table without what an expression decides.

    A key of several words is not a key: with such a sentence a template refuses its parameters.
    """
    read: dict[str, Any] = {}
    for key, value in table.items():
        name = str(key).lower() if isinstance(key, bool) else str(key)
        if INSERTED.match(name):
            inner = as_schema_reads(value) if isinstance(value, dict) else {}
            read = inner | read
        elif not name.startswith("${{") and " " not in name and value is not None:
            read |= _entry(name, value)
    if "task" in read:
        return {"bash": "true"} | {key: read[key] for key in read if key not in {"task", "inputs"}}
    return read


def _entry(name: str, value: Any) -> dict[str, Any]:
    if isinstance(value, str) and _ALONE.fullmatch(value) and name not in _TEXTS:
        return {name: _STAND_INS[name]} if name in _STAND_INS else {}
    if name == "parameters":
        return {}  # of any form: its defaults are values of any type
    return {name: as_schema_reads(value)}


def _items(items: list[Any]) -> list[Any]:
    read: list[Any] = []
    for item in items:
        if isinstance(item, dict) and item and all(INSERTED.match(str(key)) for key in item):
            for value in item.values():
                inner = as_schema_reads(value)
                read += inner if isinstance(inner, list) else [inner]
        elif not _stands_alone(item):
            read.append(as_schema_reads(item))
    return [one for one in read if one not in ({}, "")]


def _stands_alone(item: Any) -> bool:
    return item is None or (isinstance(item, str) and _ALONE.fullmatch(item) is not None)
