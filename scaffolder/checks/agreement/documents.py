"""Compare versions in pages such as README.md with the files that decide them."""

from __future__ import annotations

from collections.abc import Sequence

from scaffolder.checks.agreement import document_commands
from scaffolder.checks.agreement.findings import disagreement, distinct, limit_of
from scaffolder.formats import versions
from scaffolder.model import Check, Finding, NotApplicable, Severity, Verdict, counted
from scaffolder.repository import facts, files
from scaffolder.repository.ci.system import CI
from scaffolder.repository.facts import (
    Declaration,
    Facts,
    guides,
    services,
    stated_versions,
)
from scaffolder.repository.facts.infrastructure import TERRAFORM
from scaffolder.repository.facts.runtimes import IMAGE
from scaffolder.repository.facts.stated_versions import StatedVersion
from scaffolder.repository.facts.tool_versions import CHART, PIN
from scaffolder.repository.project import Project
from scaffolder.repository.runtimes.runtime import BUILD, RANGE, VERSION_FILE
from scaffolder.tools.toolchain import Toolchain

_RANK = {VERSION_FILE: 0, BUILD: 1, IMAGE: 2, RANGE: 3}
"""Rank of the files that decide the version of a runtime, the surest first."""

_RANGES = frozenset((RANGE, CHART, "constraint"))
"""Roles of declarations that allow several versions."""


def documents_say_what_holds(project: Project, _: Toolchain) -> Verdict:
    """Pages name the version, the port and the commands that the files of the service decide."""
    if not guides.lines(project):
        raise NotApplicable("no README or other page tells how to work on it")
    said = facts.read(project)
    findings, looked = [], 0
    for statement in stated_versions.stated(project):
        deciding = _deciding(project, said, statement)
        looked += bool(deciding)
        if wrong := _contradicted(project, statement, deciding):
            findings.append(_wrong_version(statement, wrong))
    for judge in (document_commands.ports, document_commands.commands):
        for finding in judge(project, said):
            looked += 1
            findings += [] if finding is None else [finding]
    if not looked:
        raise NotApplicable("no page names a version, a port or a command that a file decides")
    return Verdict(
        findings=distinct(findings),
        detail=counted(looked, "statement"),
        limit=limit_of(said.unread),
    )


def _deciding(project: Project, said: Facts, one: StatedVersion) -> list[Declaration]:
    """Return the declarations of the same subject in files, by the service of the page."""
    key = ("deciding", one.fact, one.service, one.place.path)
    return project.once(key, lambda: _read_deciding(project, said, one))


def _read_deciding(project: Project, said: Facts, one: StatedVersion) -> list[Declaration]:
    candidates = said.of(one.fact)
    if one.fact.startswith("runtime") and one.service != services.HERE:
        here = said.about(one.fact, services.HERE)
        candidates = (*said.about(one.fact, one.service), *here)
    declared = [
        other
        for other in candidates
        if not files.is_trial(other.place.path)
        and _is_about(project, one, other)
        and not _is_of_a_part(project, one, other)
    ]
    own = [other for other in declared if other.subject == one.service]
    return own if own and one.fact.startswith("runtime") else declared


def _is_about(project: Project, one: StatedVersion, other: Declaration) -> bool:
    """Return whether a file may decide for what a page is about: all of it, or one service."""
    if other.role in (CHART, "constraint"):
        folder = one.place.path.parent
        while folder.name in {"docs", ".github"}:
            folder = folder.parent
        return other.place.path.is_relative_to(folder)
    if not one.fact.startswith("runtime"):
        return True
    if one.service == services.HERE:
        with_image = project.once(
            "folders with an image", lambda: frozenset(services.with_image(project))
        )
        is_service = other.subject == services.HERE or other.subject in with_image
        return is_service or len(services.folders(project)) == 1
    return other.subject == one.service or services.shared(project, other.subject)


def _is_of_a_part(project: Project, one: StatedVersion, other: Declaration) -> bool:
    """Return whether a build is one of a package or a tool below the build that a page is about."""
    path = other.place.path
    if other.role not in (BUILD, RANGE) or path.parent in (one.service, one.place.path.parent):
        return False
    is_hidden = any(part.startswith(".") for part in path.parts[:-1])
    return is_hidden or project.has(one.service / path.name)


def _contradicted(
    project: Project, one: StatedVersion, stated: Sequence[Declaration]
) -> Declaration | None:
    """Return the file that a page contradicts; None if any file bears it out."""
    if one.fact.startswith("runtime"):
        deciding = sorted((d for d in stated if d.role in _RANK), key=lambda d: _RANK[d.role])
    elif one.fact == "kubernetes":
        deciding = [d for d in stated if d.role in (TERRAFORM, CHART)]
    else:
        deciding = [d for d in stated if d.role in (PIN, CI, "constraint")]
    if not deciding:
        return None
    ranges = [other for other in deciding if other.role in _RANGES]
    exact = [other for other in deciding if other.role not in _RANGES]
    if one.is_least:
        return _least_wrong(project, one, ranges, exact)
    if any(_agrees(one, other) for other in stated if other.role not in _RANGES):
        return None
    if any(versions.allows(other.value, one.value) is not False for other in ranges):
        return None
    return _exactly_wrong(one, ranges, exact)


def _least_wrong(
    project: Project, one: StatedVersion, ranges: list[Declaration], exact: list[Declaration]
) -> Declaration | None:
    """Return what contradicts "17 or later": all that runs is older, or what builds is newer."""
    sure = [other for other in exact if other.role != BUILD]
    if sure and all(_number(other) < _number(one, other) for other in exact):
        return sure[0]
    if ranges and all(versions.allows(other.value, one.value) is False for other in ranges):
        return ranges[0]
    builds = [other for other in exact if other.role == BUILD] or _compiling(project, one, exact)
    newer = [other for other in builds if _number(other) > _number(one, other)]
    if newer and len(newer) == len(builds):
        return None if stated_versions.fetches_its_own(project, newer[0].place.path) else newer[0]
    return None


def _compiling(project: Project, one: StatedVersion, exact: list[Declaration]) -> list[Declaration]:
    """Return the version file of Java if no build tool sets the version to compile for."""
    if one.fact != "runtime java" or files.builds(project):
        return []
    return [other for other in exact if other.role == VERSION_FILE]


def _exactly_wrong(
    one: StatedVersion, ranges: list[Declaration], exact: list[Declaration]
) -> Declaration | None:
    """Return what contradicts "Java 17"; a build alone allows what is newer."""
    older = [other for other in exact if _number(one, other) < _number(other)]
    newer = [other for other in exact if _number(one, other) > _number(other)]
    if older and (one.fact.startswith(("runtime", "kubernetes")) or _pins(older)):
        return older[0]
    if ranges and not exact:
        return ranges[0]
    sure = [other for other in newer if other.role != BUILD]
    return sure[0] if sure and not older else None


def _pins(stated: list[Declaration]) -> bool:
    return any(other.role == PIN for other in stated)


def _agrees(one: StatedVersion, other: Declaration) -> bool:
    ours, theirs = versions.parse(one.value), versions.parse(other.value)
    if ours is None or theirs is None:
        return True
    shortest = min(len(ours), len(theirs))
    return ours[:shortest] == theirs[:shortest]


def _number(
    one: StatedVersion | Declaration, beside: StatedVersion | Declaration | None = None
) -> tuple[int, ...]:
    """Return a version as numbers, as many as the one beside it has."""
    numbers = versions.parse(one.value) or ()
    return numbers[: len(versions.parse(beside.value) or ())] if beside else numbers


def _wrong_version(one: StatedVersion, right: Declaration) -> Finding:
    least = " or later" if one.is_least else ""
    says = f"needs {right.value}" if right.role in _RANGES else f"has {right.value}"
    return disagreement(
        one.place,
        f"uses {one.word} {one.value}{least}, but {right.place.path.as_posix()} {says}",
        right.place,
        fix=f"write {right.value} here, or change {right.place.path.as_posix()}",
    )


CHECKS = (
    Check(
        id="AG063",
        severity=Severity.WARNING,
        title="Documents agree with the files",
        run=documents_say_what_holds,
    ),
)
