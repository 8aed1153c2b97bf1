"""Tell the type of an unquoted scalar in Helm's values: a text, a number or a truth value.

Helm reads values as YAML 1.1 (https://github.com/yaml/go-yaml/blob/v2/resolve.go) and then as JSON,
in which every number is a float. PyYAML follows the same standard, but takes `1e3` and `0o17` for
text, and `12:30` for a number.
"""

from __future__ import annotations

import math

from scaffolder.formats.regex import regex

_TRUE = frozenset(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"))
_FALSE = frozenset(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"))

_INTEGER = regex(
    r"(?P<sign>[-+]?)"
    r"(?:0[xX](?P<hex>[0-9a-fA-F]+)|0[bB](?P<binary>[01]+)|0[oO]?(?P<octal>[0-7]+)|(?P<decimal>0|[1-9][0-9]*))"
)
_LONGEST = 64
"""Digits of an integer; Go reads one that needs more than 64 bits as a float."""

_FLOAT = regex(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_BASES = {"hex": 16, "binary": 2, "octal": 8, "decimal": 10}


def value_of(text: str) -> str | float | bool:
    """Return what Helm makes of the plain scalar `text`, which is not null."""
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if text[:1] not in "+-.0123456789":
        return text
    digits = text if text.startswith(".") else text.replace("_", "")
    integer = _INTEGER.fullmatch(digits)
    base = next((name for name in _BASES if integer and integer[name]), "")
    if integer and base and len(integer[base]) <= _LONGEST:
        number = float(int(integer[base], _BASES[base]))
        return -number if integer["sign"] == "-" and number else number
    number = float(digits) if _FLOAT.fullmatch(digits) else math.inf
    return number if math.isfinite(number) else text
