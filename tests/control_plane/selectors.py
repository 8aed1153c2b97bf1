"""Selectors of labels and of fields, as clients write them into addresses.

https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#api
"""

from __future__ import annotations

import re
from typing import Any

Object = dict[str, Any]


def matches(one: Object, labels: str, fields: str) -> bool:
    """Return whether an object is chosen by a selector of labels and one of fields; "" chooses everything."""
    held = one["metadata"].get("labels") or {}
    return all(_label(held, term) for term in _terms(labels)) and all(
        _field(one, term) for term in _terms(fields)
    )


def _terms(selector: str) -> list[str]:
    return [term.strip() for term in re.split(r",(?![^(]*\))", selector) if term.strip()]


def _label(labels: dict[str, str], term: str) -> bool:
    among = re.fullmatch(r"(\S+) (in|notin) \((.*)\)", term)
    if among:
        values = [value.strip() for value in among[3].split(",")]
        return (labels.get(among[1]) in values) == (among[2] == "in")
    if "!=" in term:
        key, _, value = term.partition("!=")
        return labels.get(key) != value
    if "=" in term:
        key, _, value = term.replace("==", "=").partition("=")
        return labels.get(key) == value
    return term[1:] not in labels if term.startswith("!") else term in labels


def _field(one: Object, term: str) -> bool:
    key, operator, value = re.split(r"(!=|==?)", term, maxsplit=1)
    node: Any = one
    for step in key.split("."):
        node = node.get(step, "") if isinstance(node, dict) else ""
    return (str(node) == value) == (operator != "!=")
