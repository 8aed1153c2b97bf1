"""Which environments the parts of a repository know, and which they speak of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from scaffolder.checks.environments.families import patterns
from scaffolder.model import Finding, Location, NotApplicable, Verdict
from scaffolder.repository import environments
from scaffolder.repository.project import Project
from scaffolder.tools.toolchain import Toolchain

_PUBLIC_HOSTS = re.compile(r"\bdev\.azure\.com\b|\.dev\b(?=[/:\"'\s]|$)")
"""Addresses on the internet that hold an environment's name by chance: Azure DevOps, and all that end in .dev."""


def every_environment_is_everywhere(project: Project, _: Toolchain) -> Verdict:
    """An environment that one part of the repository knows is known to the others: values, variables, backends."""
    families = environments.families(project)
    if len(families) < 2:
        raise NotApplicable("only one part of the repository has files for environments")
    everywhere = dict.fromkeys(name for family in families for name in family.files)
    findings: list[Finding] = []
    for family in families:
        for name in everywhere:
            witness = next(other for other in families if name in other.files).files[name]
            if name not in family.files:
                missing = family.pattern.replace("*", name)
                findings.append(
                    Finding(
                        path=next(iter(family.files.values())),
                        message=f"{name} has no file here: {missing} is missing",
                        fix=f"write {missing}, or take {name} out of the others",
                        related=(Location(path=witness),),
                    )
                )
    return Verdict(findings=tuple(findings), detail=", ".join(everywhere))


def files_speak_of_their_own_environment(project: Project, _: Toolchain) -> Verdict:
    """No file of one environment names another one: prod has no host, bucket or cluster of qa."""
    families = environments.families(project)
    if not families:
        raise NotApplicable("no files of several environments lie beside each other")
    findings: list[Finding] = []
    for family in families:
        for name, file in family.files.items():
            others = {
                word: other
                for other in family.files
                if other != name
                for word in environments.names(other)
            }
            words = "|".join(sorted(set(others) - environments.COMMON_WORDS))
            if not words:
                continue
            pattern = re.compile(rf"(?<![A-Za-z0-9])(?:{words})(?![A-Za-z0-9])")
            findings += _strangers(project, file, name, pattern)
    return Verdict(findings=tuple(findings), detail=patterns(families))


def _strangers(
    project: Project, file: Path, name: str, pattern: re.Pattern[str]
) -> Iterator[Finding]:
    own = re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(environments.names(name))})(?![A-Za-z0-9])")
    for number, line in enumerate(project.lines(file), 1):
        said = _PUBLIC_HOSTS.sub("", re.sub(r"(?:^|\s)(?:#|//).*$", "", line))
        value = re.split(r"[:=]", said, maxsplit=1)[-1]
        found = pattern.search(value)
        if found and not own.search(value):
            yield Finding(
                path=file,
                line=number,
                message=f"names {found[0]}, but this is a file of {name}: {line.strip()[:80]}",
                fix=f"write what belongs to {name}",
            )
