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
"""Keys of a pipeline that are no jobs."""


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
    if isinstance(job.get("rules"), list):
        job["rules"] = [rule for one in job["rules"] for rule in _referred(document, one)]
    return job


def _referred(document: dict[Any, Any], rule: Any) -> list[Any]:
    """Return the rules that `!reference [.job, rules]` stands for; YAML gives it as a list."""
    if not isinstance(rule, list):
        return [rule]
    value: Any = document
    for key in rule:
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
