"""GitLab CI: the jobs of .gitlab-ci.yml."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from scaffolder.repository.environments import ENVIRONMENTS
from scaffolder.repository.pipelines.job import (
    BY_HAND,
    EVERY_CHANGE,
    MAIN,
    NIGHTLY,
    PULL_REQUEST,
    WEEKLY,
    Job,
    targets_in,
)
from scaffolder.repository.project import Project
from scaffolder.repository.reading import table_of

_WORDS = frozenset({"workflow", "stages", "variables", "default", "include", "image", "services", "cache"})


def jobs(project: Project, path: Path) -> Iterator[Job]:
    document = table_of(project, path)
    jobs = {
        name: _extended(document, name) for name in document if name not in _WORDS and not str(name).startswith(".")
    }
    hands_on = {name for name, job in jobs.items() if _dig(job, "artifacts", "reports").get("dotenv")}
    order = {stage: number for number, stage in enumerate(document.get("stages", ()))}
    for name, job in jobs.items():
        rules = job.get("rules", [])
        needs = job.get("needs")
        if needs is None:
            needs = [
                other for other, one in jobs.items() if order.get(one.get("stage"), 0) < order.get(job.get("stage"), 0)
            ]
        needed = [need if isinstance(need, str) else need["job"] for need in needs]
        environment = job.get("environment", "")
        given = Job(
            id=name,
            targets=tuple(target for line in job.get("script", ()) for target in targets_in(line)),
            after=tuple(needed),
            when=_when(rules),
            environment=environment.get("name", "") if isinstance(environment, dict) else environment,
            approval=any(rule.get("when") == "manual" and not rule.get("allow_failure", True) for rule in rules),
            gives_digest=name in hands_on,
            takes_digest=bool(hands_on & set(needed)),
        )
        several = _dig(job, "parallel").get("matrix")
        if several:
            for one in several:
                yield replace(given, id=f"{name} {one['ENVIRONMENT']}", environment=one["ENVIRONMENT"], after=())
        elif given.when == BY_HAND:
            yield from (
                replace(given, id=f"{name} {one}", environment=one, after=(), takes_digest=False)
                for one in ENVIRONMENTS
            )
        else:
            yield given


def _when(rules: list[dict[str, Any]]) -> str:
    conditions = " or ".join(str(rule.get("if", "")) for rule in rules if rule.get("when") != "never")
    if re.search(r"\$TEMPLATE_UPDATE(?! == null)", conditions):
        return WEEKLY
    for sign, when in (
        ('"schedule"', NIGHTLY),
        ("$ROLLBACK", BY_HAND),
        ('"merge_request_event"', PULL_REQUEST),
        ('$CI_COMMIT_BRANCH == "main"', MAIN),
    ):
        if sign in conditions:
            return when
    return EVERY_CHANGE


def _extended(document: dict[str, Any], name: str) -> dict[str, Any]:
    """A job with what it extends: later parts win, mappings are merged, lists are replaced."""
    own = document[name]
    parents = own.get("extends", ())
    merged: dict[str, Any] = {}
    for parent in [parents] if isinstance(parents, str) else parents:
        merged = _merged(merged, _extended(document, parent))
    return _merged(merged, own)


def _merged(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    both = copy.deepcopy(first)
    for key, value in second.items():
        both[key] = _merged(both[key], value) if isinstance(value, dict) and isinstance(both.get(key), dict) else value
    return both


def _dig(value: dict[str, Any], *keys: str) -> dict[str, Any]:
    for key in keys:
        value = value.get(key) or {}
    return value
