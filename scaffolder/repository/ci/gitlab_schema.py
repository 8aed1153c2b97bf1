"""A pipeline of GitLab as its published schema reads it: with a stand-in for each `!reference`.

A reference stands for a part of another job, often of another file, and may be of any type.
https://docs.gitlab.com/ci/yaml/yaml_optimization/#reference-tags
"""

from __future__ import annotations

import re
from typing import Any

from scaffolder.formats.regex import regex
from scaffolder.repository import reading

_REFERENCE = regex(r"!reference\s*\[[^\]]*\]|!reference(?:\s*\n\s+-[^\n]*)+")
_RESET = regex(r":[ \t]*(?:null|~)[ \t]*$", re.MULTILINE)
"""A job without a key that it would inherit: the schema asks for another type."""

STAND_IN = "the-part-that-is-referred-to"
_SHELLS = frozenset(("script", "before_script", "after_script"))


def differs(text: str) -> bool:
    """Return whether the schema cannot read a pipeline as it is."""
    return "!reference" in text or _RESET.search(text) is not None


def as_schema_reads(text: str) -> Any:
    """Return a document in the form that the schema describes. Raises Unreadable."""
    documents = reading.yaml_in(_REFERENCE.sub(_kept_lines, text))
    return _read(documents[0]) if documents else {}


def _kept_lines(reference: re.Match[str]) -> str:
    return STAND_IN + "\n" * reference[0].count("\n")


def _read(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        return {
            str(name): _read(one, str(name))
            for name, one in value.items()
            if one is not None and (one != STAND_IN or name in _SHELLS)
        }
    if isinstance(value, list):
        return [_read(one, key) for one in value if one != STAND_IN or key in _SHELLS]
    return value
