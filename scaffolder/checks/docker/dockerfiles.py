"""DK: the image is built the way images should be."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from scaffolder.errors import ToolCrashed
from scaffolder.model import Check, Finding, NotApplicable, Severity, Verdict
from scaffolder.repository import files as kinds
from scaffolder.repository.project import Project
from scaffolder.repository.reading import stages
from scaffolder.tools import output
from scaffolder.tools.programs import HADOLINT
from scaffolder.tools.toolchain import Toolchain

_UNREAD = "DL1000"
"""The rule by which hadolint says that it could not read a file to its end."""

_INTO_A_FOLDER = "DL3021"
_FOLDER = re.compile(r"(?:.*/)?\.{0,2}")
_SENSITIVE = "DL3064"
_USER = re.compile(r"(?:\w+_)?USER(?:_?NAME)?", re.IGNORECASE)

_BREAKS = frozenset({_UNREAD, "DL3011", "DL3021", "DL3023", "DL3024", "DL3043", "DL3044", "DL3061"})
"""Rules whose breach stops a build, or makes another image than the file says: https://github.com/hadolint/hadolint#rules."""


def hadolint_is_silent(project: Project, toolchain: Toolchain) -> Verdict:
    """hadolint finds nothing in any Dockerfile; the repository's .hadolint.yaml applies."""
    files = kinds.all_dockerfiles(project)
    if not files:
        raise NotApplicable("there is no Dockerfile")
    done = toolchain.run(
        HADOLINT,
        "--format",
        "json",
        "--no-fail",
        *project.hand(files),
        cwd=project.root,
        timeout=30,
        reads=[
            project.root / file for file in (*files, Path(".hadolint.yaml"), Path(".hadolint.yml"))
        ],
    )
    try:
        problems = output.value_of(done.stdout)
    except ValueError as error:
        raise ToolCrashed(
            f"hadolint ended with {done.exit_code} and no report: {done.stderr.strip()[:200]}"
        ) from error
    unread = [problem for problem in problems if _is_limit(project, problem)]
    findings = tuple(
        Finding(
            path=project.relative(problem["file"]),
            line=problem["line"],
            message=problem["message"],
            rule=problem["code"],
            fix=f"https://github.com/hadolint/hadolint/wiki/{problem['code']}"
            if problem["code"].startswith("DL")
            else "",
            severity=_severity(problem["code"], problem["level"]),
        )
        for problem in problems
        if problem not in unread and not _builds_as_written(project, problem)
    )
    places = [f"{project.relative(one['file']).as_posix()}:{one['line']}" for one in unread]
    return Verdict(
        findings=findings,
        detail=", ".join(file.as_posix() for file in files),
        limit=f"hadolint cannot read {', '.join(places)}" if places else "",
    )


def _is_limit(project: Project, problem: dict[str, Any]) -> bool:
    """Whether hadolint stopped where Docker does not: at a comment in a here-document, for one."""
    if problem["code"] != _UNREAD:
        return False
    return stages(project, project.relative(problem["file"])) is not None


def _builds_as_written(project: Project, problem: dict[str, Any]) -> bool:
    """Whether hadolint objects to what is right: files into ".", or the name of a user."""
    if problem["code"] not in {_INTO_A_FOLDER, _SENSITIVE}:
        return False
    found = stages(project, project.relative(problem["file"]))
    for stage in found.stages if found else ():
        for one in stage.instructions:
            if one.line == problem["line"] and one.words:
                if problem["code"] == _INTO_A_FOLDER:
                    return _FOLDER.fullmatch(stage.filled(one.words[-1])) is not None
                return all(map(_USER.fullmatch, (word.partition("=")[0] for word in one.words)))
    return False


def _severity(rule: str, level: str) -> Severity:
    """Return how much a problem weighs: most errors of hadolint are advice; the image builds."""
    if rule in _BREAKS or (rule.startswith("SC") and level == "error"):
        return Severity.ERROR
    return Severity.WARNING if level in {"error", "warning"} else Severity.NOTE


CHECKS = (Check(id="DK001", title="hadolint is silent", run=hadolint_is_silent, tool=HADOLINT),)
