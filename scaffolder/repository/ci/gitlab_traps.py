"""Traps that GitLab refuses only when it makes a pipeline: needs of absent jobs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scaffolder.formats.regex import regex
from scaffolder.repository.ci import gitlab_conditions
from scaffolder.repository.ci.gitlab_conditions import OCCASIONS, Occasion, Unset
from scaffolder.repository.ci.gitlab_jobs import WORDS, extended, merged
from scaffolder.repository.ci.system import table_in
from scaffolder.repository.ci.trap import NOT_THERE, Trap
from scaffolder.repository.project import Project
from scaffolder.repository.reading import line_of, listed, table


def traps(project: Project, file: Path) -> Iterator[Trap]:
    """Yield the needs of a job that another condition leaves out, and two kinds of conditions."""
    own = table(project, file)
    document, complete = _joined(project, file)
    for name, written in own.items():
        if name in WORDS or not isinstance(written, dict) or str(name).startswith("."):
            continue
        job = extended(document, name)
        if job is None:
            continue
        if isinstance(job.get("rules"), list) and (job.get("only") or job.get("except")):
            yield _two_kinds(written, name, job)
        for number, need in enumerate(listed(job.get("needs"))):
            line = line_of(written, "needs", number) if "needs" in written else line_of(own, name)
            yield from _of_need(document, complete, job, str(name), need, line)
        for number, named in enumerate(listed(job.get("dependencies"))):
            if complete and isinstance(named, str) and _is_nowhere(document, named):
                line = line_of(written, "dependencies", number) or line_of(own, name)
                yield _not_there(str(name), named, line)


def _two_kinds(written: dict[Any, Any], name: Any, job: dict[Any, Any]) -> Trap:
    old = "only" if job.get("only") else "except"
    key = next((key for key in (old, "rules", "extends") if key in written), old)
    return Trap(
        kind=NOT_THERE,
        line=line_of(written, key),
        problem=f"{name} has {old} and, inherited or its own, rules: GitLab refuses the pipeline",
        fix=f"write {old} as a rule",
    )


def _of_need(
    document: dict[Any, Any], complete: bool, job: dict[Any, Any], name: str, need: Any, line: int
) -> Iterator[Trap]:
    needed = need if isinstance(need, str) else table_in(need).get("job")
    if not isinstance(needed, str) or (isinstance(need, dict) and _is_free(need)):
        return
    other = extended(document, needed)
    if other is None:
        if complete and _is_nowhere(document, needed):
            yield _not_there(name, needed, line)
        return
    for occasion in OCCASIONS:
        if _only_first(document, job, other, occasion):
            yield Trap(
                kind=NOT_THERE,
                line=line,
                problem=f"at {occasion.title}, {name} needs {needed}, which its own conditions "
                "leave out: GitLab makes no pipeline at all",
                fix=f"give {needed} the conditions of {name}, or write optional: true",
            )
            return


def _not_there(name: str, needed: str, line: int) -> Trap:
    return Trap(
        kind=NOT_THERE,
        line=line,
        problem=f"{name} needs {needed}, which no file of the pipeline has",
        fix="name a job that is there, or make the need optional",
    )


_PART = regex(r": \[.*\]$|[ :]\d+/\d+$")
"""How the jobs of `parallel` are told apart: `build: [linux]`, `build 1/3`."""


def _is_nowhere(document: dict[Any, Any], needed: str) -> bool:
    """Return whether no job has the name; one of a matrix may be named with its values."""
    return needed not in document and _PART.sub("", needed) not in document and "$" not in needed


def _is_free(need: dict[Any, Any]) -> bool:
    return bool(need.get("optional")) or "pipeline" in need or "project" in need


def _only_first(
    document: dict[Any, Any], first: dict[Any, Any], second: dict[Any, Any], occasion: Occasion
) -> bool:
    """Return whether a pipeline has the first job and, whatever is set, not the second."""
    variables = table_in(document.get("variables"))
    known = {str(key): value for key, value in variables.items() if isinstance(value, str)}
    return (
        gitlab_conditions.is_made(document, occasion)
        and gitlab_conditions.is_in(first, occasion, Unset(known)) is True
        and gitlab_conditions.is_in(second, occasion, {}) is False
    )


# ---- the jobs of a pipeline ----------------------------------------------------------------------


def _joined(project: Project, file: Path) -> tuple[dict[Any, Any], bool]:
    """Return what a file is part of, and whether all files of that are known.

    A file that no pipeline of the repository includes is taken for one by itself, not complete.
    """
    for first in (Path(".gitlab-ci.yml"), Path(".gitlab-ci.yaml")):
        if project.has(first):
            joined, read, complete = _with_includes(project, first, frozenset())
            if file in read:
                return joined, complete
    return dict(table(project, file)), False


def _with_includes(
    project: Project, file: Path, above: frozenset[Path]
) -> tuple[dict[Any, Any], frozenset[Path], bool]:
    own = table(project, file)
    joined: dict[Any, Any] = {}
    read, complete = frozenset({file}), True
    included = own.get("include") or []
    for one in included if isinstance(included, list) else [included]:
        paths = _local(project, one)
        complete = complete and bool(paths)
        for path in paths:
            if path in above | {file}:
                complete = False
                continue
            inner, files_of_it, whole = _with_includes(project, path, above | {file})
            joined, read, complete = merged(joined, inner), read | files_of_it, complete and whole
    return merged(joined, own), read, complete


def _local(project: Project, included: Any) -> tuple[Path, ...]:
    """Return the files of the repository that an entry of `include` names; none if not known.

    https://docs.gitlab.com/ci/yaml/#includelocal
    """
    is_local = isinstance(included, dict) and set(included) == {"local"}
    name = included.get("local") if is_local else included
    if not isinstance(name, str) or "://" in name or "$" in name:
        return ()
    pattern = re.escape(name.lstrip("/")).replace(r"\*\*", ".*").replace(r"\*", "[^/]*")
    matches = re.compile(pattern).fullmatch
    return tuple(one for one in project.files if matches(one.as_posix()))
