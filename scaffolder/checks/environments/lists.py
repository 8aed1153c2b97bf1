"""Whether the lists of environments agree with the files of each environment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from scaffolder.model import Finding, Location, NotApplicable, Verdict
from scaffolder.repository import environments, files
from scaffolder.repository.facts import environment_lists
from scaffolder.repository.facts.environment_lists import (
    CHOICE,
    GUARD,
    LOOP,
    SCHEMA,
    TABLE,
    VALIDATION,
    EnvironmentList,
)
from scaffolder.repository.project import Project
from scaffolder.tools.toolchain import Toolchain

_ENOUGH = 2
"""Environments that a list shares with the files, so that it is one of environments."""

_USUAL = frozenset(chain.from_iterable(environments.PROMOTION))


def lists_know_every_environment(project: Project, _: Toolchain) -> Verdict:
    """An environment that has files is known to validations, schemas, guards and pipelines.

    And what loops and choices name has files.
    """
    known = environment_lists.declared(project)
    if len(known) < _ENOUGH:
        raise NotApplicable("no files of two environments")
    findings: list[Finding] = []
    for listed in environment_lists.lists(project):
        if listed.kind in {VALIDATION, TABLE, SCHEMA, GUARD}:
            findings += _left_out(project, listed, known)
        if listed.kind in {LOOP, CHOICE}:
            findings += _removed(listed, known)
    findings += _without_pipeline(project, known)
    return Verdict(findings=tuple(findings), detail=", ".join(known))


def _left_out(
    project: Project, listed: EnvironmentList, known: dict[str, list[Path]]
) -> Iterator[Finding]:
    """Yield environments with files that a list refuses."""
    names = {environment_lists.usual(name) for name in listed.names}
    concerned = {
        name: [file for file in of_it if environment_lists.concerns(project, listed, file)]
        for name, of_it in known.items()
    }
    missing = [name for name, of_it in concerned.items() if of_it and name not in names]
    shared = len(names & {name for name, of_it in concerned.items() if of_it})
    if shared < (_ENOUGH if listed.kind == GUARD else 1) or len(missing) >= max(shared, _ENOUGH):
        return
    for name in missing:
        yield Finding(
            path=listed.at.path,
            line=listed.at.line,
            message=f"{listed.kind} {_says(listed)} {name}, which has files",
            fix=f"add {name}, or delete what is left of it",
            related=(Location(path=concerned[name][0]),),
        )


def _says(listed: EnvironmentList) -> str:
    return "lacks" if listed.kind == TABLE else "refuses"


def _removed(listed: EnvironmentList, known: dict[str, list[Path]]) -> Iterator[Finding]:
    """Yield usual environments that are gone through or chosen, and that have no files."""
    names = {environment_lists.usual(name) for name in listed.names}
    sure = _USUAL - environments.COMMON_WORDS
    gone = sorted(
        name
        for name in listed.names
        if name.lower() in sure and environment_lists.usual(name) not in known
    )
    if len(names & known.keys()) < _ENOUGH or len(gone) != 1:
        return
    yield Finding(
        path=listed.at.path,
        line=listed.at.line,
        message=f"{listed.kind} names {gone[0]}, which has no files: "
        f"those that are here are of {', '.join(known)}",
        fix=f"take {gone[0]} out, or write its files",
        related=(Location(path=next(iter(known.values()))[0]),),
    )


def _without_pipeline(project: Project, known: dict[str, list[Path]]) -> Iterator[Finding]:
    """Yield environments with files of two kinds of which no pipeline and no script speaks."""
    pipelines = files.pipelines(project)
    text = "\n".join(project.text(file) for file in files.that_deploy(project)).lower()
    spoken = {name for name in known if _speaks_of(text, name)}
    named = [file for file in pipelines if _number(project.text(file), spoken) >= _ENOUGH]
    if not named:
        return
    for name, of_it in known.items():
        kinds = {file.suffix for file in of_it}
        if name in spoken or name in environments.COMMON_WORDS:
            continue
        if len(kinds) < _ENOUGH and not _others_are_named(text, name, known):
            continue
        yield Finding(
            path=of_it[0],
            message=f"no pipeline names {name}: the pipelines name {', '.join(sorted(spoken))}",
            fix=f"deploy to {name} in the pipeline, or delete its files",
            related=(Location(path=named[0]),),
        )


def _others_are_named(text: str, name: str, known: dict[str, list[Path]]) -> bool:
    """Return whether what deploys names the same file of two other environments, in full.

    A path with a variable in the place of the environment is that of each.
    """
    for file in known[name]:
        form = _form(file, name)
        others = [other for other in known if other != name and form.replace(_MARK, other) in text]
        begins = form.partition(_MARK)[0]
        if (
            begins
            and len(others) >= _ENOUGH
            and not re.search(rf"{re.escape(begins)}[$%{{\"'*]", text)
        ):
            return True
    return False


_MARK = "\0"


def _form(file: Path, name: str) -> str:
    """Return the name of a file, or the last folder in its path that is called so, with a mark."""
    if name in file.name.lower():
        return file.name.lower().replace(name, _MARK)
    parts = [part.lower() for part in file.parts[:-1]]
    at = len(parts) - 1 - parts[::-1].index(name) if name in parts else 0
    return "/".join([*parts[max(0, at - 1) : at], _MARK]) if name in parts else ""


def _number(text: str, names: set[str]) -> int:
    return sum(_speaks_of(text.lower(), name) for name in names)


def _speaks_of(text: str, name: str) -> bool:
    words = "|".join(map(re.escape, environments.names(name)))
    return re.search(rf"(?<![A-Za-z0-9])(?:{words})(?![A-Za-z0-9])", text) is not None
