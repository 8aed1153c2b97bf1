"""DK: the image is built the way images should be."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from scaffolder.errors import ToolCrashed
from scaffolder.formats.regex import regex
from scaffolder.model import Check, Finding, NotApplicable, Severity, Verdict, counted
from scaffolder.repository import files as kinds
from scaffolder.repository import image_references, source_templates
from scaffolder.repository.image_tags import is_official, name_of
from scaffolder.repository.project import Project
from scaffolder.repository.reading import Instruction, Stage, stages
from scaffolder.tools import output
from scaffolder.tools.programs import HADOLINT
from scaffolder.tools.toolchain import Toolchain

_UNREAD = "DL1000"
"""The rule of hadolint for a file that it could not read to its end."""

_INTO_A_FOLDER = "DL3021"
_FOLDER = regex(r"(?:.*/)?\.{0,2}")
_SENSITIVE = "DL3064"
_NO_FOLDER = "DL3045"
_AS_A_LIST = "DL3025"
_UNTAGGED = "DL3006"
_USER = regex(r"(?:\w+_)?USER(?:_?NAME)?", re.IGNORECASE)

_BREAKS = frozenset({_UNREAD, "DL3011", "DL3021", "DL3023", "DL3024", "DL3043", "DL3044", "DL3061"})
"""Rules whose breach stops a build, or makes an image other than written.

https://github.com/hadolint/hadolint#rules
"""


def hadolint_passes(project: Project, toolchain: Toolchain) -> Verdict:
    """hadolint finds nothing in any Dockerfile; the repository's .hadolint.yaml applies."""
    found = kinds.all_dockerfiles(project)
    files = tuple(file for file in found if not source_templates.is_source(project, file))
    if not files:
        raise NotApplicable("no Dockerfile" if not found else "each is a template")
    done = toolchain.run(
        HADOLINT,
        "--no-fail",
        *project.hand(files),
        cwd=project.root,
        # It prints once for the environment, then once for a format in .hadolint.yaml.
        env={"HADOLINT_FORMAT": "json"},
        timeout=30,
        reads=[
            project.root / file for file in (*files, Path(".hadolint.yaml"), Path(".hadolint.yml"))
        ],
    )
    try:
        problems = output.first_value_of(done.stdout)
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
    limits = [f"hadolint cannot read {', '.join(places)}"] if places else []
    if number := len(found) - len(files):
        limits.append(f"{counted(number, 'template')} of other programs")
    return Verdict(
        findings=findings,
        detail=", ".join(file.as_posix() for file in files),
        limit="; ".join(limits),
    )


def _is_limit(project: Project, problem: dict[str, Any]) -> bool:
    """Whether hadolint stopped where Docker does not: at a comment in a here-document, for one."""
    if problem["code"] != _UNREAD:
        return False
    return stages(project, project.relative(problem["file"])) is not None


def _builds_as_written(project: Project, problem: dict[str, Any]) -> bool:
    """Whether hadolint objects to what is right: it does not know the base image, or the shell."""
    judge = _RIGHT_WHERE.get(problem["code"])
    if judge is None:
        return False
    file = project.relative(problem["file"])
    found = stages(project, file)
    for stage in found.stages if found else ():
        if problem["code"] == _UNTAGGED and stage.line == problem["line"]:
            return _is_built_here(project, stage.image)
        for one in stage.instructions:
            if one.line == problem["line"] and one.words:
                return judge(stage, one)
    return False


def _into_a_folder(stage: Stage, one: Instruction) -> bool:
    return _FOLDER.fullmatch(stage.filled(one.words[-1])) is not None


def _names_a_user(stage: Stage, one: Instruction) -> bool:
    return all(map(_USER.fullmatch, (word.partition("=")[0] for word in one.words)))


def _has_a_folder(stage: Stage, one: Instruction) -> bool:
    """Whether the base image may set WORKDIR: an official one of a runtime sets none."""
    return not is_official(stage.image) and stage.image != "scratch"


def _needs_a_shell(stage: Stage, one: Instruction) -> bool:
    """Whether a HEALTHCHECK joins commands: that takes a shell, which the JSON form has not."""
    return one.word == "HEALTHCHECK" and bool({"||", "&&", "|", ";"} & set(one.words))


def _is_built_here(project: Project, image: str) -> bool:
    return name_of(image) in image_references.replaced(project)


_RIGHT_WHERE: Mapping[str, Callable[[Stage, Instruction], bool]] = {
    _INTO_A_FOLDER: _into_a_folder,
    _SENSITIVE: _names_a_user,
    _NO_FOLDER: _has_a_folder,
    _AS_A_LIST: _needs_a_shell,
    _UNTAGGED: lambda stage, one: False,
}


def _severity(rule: str, level: str) -> Severity:
    """Return how much a problem weighs: most errors of hadolint are advice; the image builds."""
    if rule in _BREAKS or (rule.startswith("SC") and level == "error"):
        return Severity.ERROR
    return Severity.WARNING if level in {"error", "warning"} else Severity.NOTE


CHECKS = (Check(id="DK001", title="hadolint passes", run=hadolint_passes, tool=HADOLINT),)
