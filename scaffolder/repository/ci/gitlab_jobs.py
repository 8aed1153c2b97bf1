"""Which keys of a GitLab pipeline are jobs, and what a job is with all that it extends."""

from __future__ import annotations

import copy
from typing import Any

from scaffolder.repository.reading import listed

WORDS = frozenset(
    {
        *("workflow", "stages", "variables", "default", "include", "image", "services", "cache"),
        *("before_script", "after_script", "spec", "pages:"),
    }
)
"""Keys of a pipeline that are not jobs."""


def extended(document: dict[Any, Any], name: Any, depth: int = 0) -> dict[Any, Any] | None:
    """Return a job with what it extends and refers to; None if a part of it is not known.

    Later parts win, tables are merged, lists are replaced.
    """
    own = document.get(name)
    if not isinstance(own, dict) or depth > 10:  # GitLab allows eleven levels
        return None
    parents = own.get("extends", ())
    job: dict[Any, Any] = {}
    for parent in [parents] if isinstance(parents, str) else listed(parents) or ():
        inner = extended(document, parent, depth + 1)
        if inner is None:
            return None
        job = merged(job, inner)
    job = merged(job, own)
    for key in ("rules", "needs"):
        if isinstance(job.get(key), list):
            job[key] = _resolved(document, job[key])
    return job


def _resolved(document: dict[Any, Any], entries: list[Any], depth: int = 0) -> list[Any]:
    """Return a list with what each `!reference [.job, rules]` stands for; YAML gives it as a list.

    The whole list may be one. An unknown value is None.
    """
    if depth > 10:  # GitLab allows ten levels
        return [None]
    if _is_reference(document, entries):
        return _resolved(document, _at(document, entries), depth + 1)
    resolved: list[Any] = []
    for one in entries:
        if isinstance(one, list):
            is_reference = _is_reference(document, one)
            inner = _at(document, one) if is_reference else one
            resolved += _resolved(document, inner, depth + 1) if inner else [None]
        else:
            resolved.append(one)
    return resolved


def _is_reference(document: dict[Any, Any], entries: list[Any]) -> bool:
    """Return whether a list is the way to a key of a job: `[.job, rules]`."""
    if len(entries) < 2 or not all(isinstance(one, str) for one in entries):
        return False
    held = document.get(entries[0])
    return isinstance(held, dict) and entries[1] in held


def _at(document: dict[Any, Any], way: list[Any]) -> list[Any]:
    value: Any = document
    for key in way:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, list) else [None]


def merged(first: dict[Any, Any], second: dict[Any, Any]) -> dict[Any, Any]:
    """Return two tables as one, at each depth; the second wins."""
    both = copy.deepcopy(first)
    for key, value in second.items():
        if isinstance(value, dict) and isinstance(both.get(key), dict):
            both[key] = merged(both[key], value)
        else:
            both[key] = value
    return both
