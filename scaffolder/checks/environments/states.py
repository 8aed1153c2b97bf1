"""Where each environment keeps its Terraform state."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from scaffolder.checks.environments.families import families_of, patterns, short
from scaffolder.formats.regex import regex
from scaffolder.model import Finding, Location, Severity, Verdict
from scaffolder.repository.clouds import of_each
from scaffolder.repository.environments import BACKENDS, Family
from scaffolder.repository.files import terraform
from scaffolder.repository.project import Project
from scaffolder.repository.reading import blocks
from scaffolder.tools.toolchain import Toolchain

_OWN_STATE = {"prefix", "path", *of_each(lambda cloud: cloud.STATE_PLACE)}
"""Settings that locate a state.

https://developer.hashicorp.com/terraform/language/backend
"""

_OWN_ACCOUNT = frozenset(of_each(lambda cloud: cloud.STATE_ACCOUNT))

_Settings = dict[str, tuple[str, int]]
"""The settings of a backend's file, with their lines."""


def states_are_apart(project: Project, _: Toolchain) -> Verdict:
    """Each environment keeps its Terraform state apart, in the same kind of place."""
    families = families_of(project, BACKENDS)
    findings: list[Finding] = []
    for family in families:
        settings = {name: _settings(project, file) for name, file in family.files.items()}
        findings += _shared_state(family, settings)
        block = _of_block(project, family)
        findings += _other_backend(family, {name: block | one for name, one in settings.items()})
    return Verdict(findings=tuple(findings), detail=patterns(families))


def _settings(project: Project, file: Path) -> _Settings:
    block = blocks(project, file)
    return {name: (one.text, one.line) for name, one in (block.attributes if block else {}).items()}


_BACKEND = regex(r"^\s*backend\s+\"[^\"]+\"\s*\{(?P<inner>[^{}]*)\}", re.MULTILINE)
_SETTING = regex(r"^\s*(\w+)\s*=\s*(\S.*?)\s*$", re.MULTILINE)


def _of_block(project: Project, family: Family) -> _Settings:
    """Return what the backend block of the root sets, to which files for `-backend-config` add."""
    folders = set(chain.from_iterable(list(file.parents)[:3] for file in family.files.values()))
    found: _Settings = {}
    for file in terraform(project):
        block = _BACKEND.search(project.text(file)) if file.parent in folders else None
        for name, value in _SETTING.findall(block["inner"]) if block else ():
            found[name] = (value.strip('"'), 0)
    return found


def _shared_state(family: Family, settings: dict[str, _Settings]) -> Iterator[Finding]:
    seen: dict[tuple[str, ...], str] = {}
    for name, given in settings.items():
        where = tuple(given.get(key, ("", 0))[0] for key in sorted(_OWN_STATE))
        if any(where) and where in seen:
            first = seen[where]
            key = next(
                (one for one in ("key", "prefix", "path", "bucket") if one in given),
                next(iter(given)),
            )
            yield Finding(
                path=family.files[name],
                line=given[key][1],
                message=(
                    f"{name} keeps its state where {first} does: applying one would destroy the"
                    " other"
                ),
                fix=f"give {name} a {key} of its own",
                related=(
                    Location(path=family.files[first], line=settings[first].get(key, ("", 0))[1]),
                ),
            )
        seen.setdefault(where, name)


def _other_backend(family: Family, settings: dict[str, _Settings]) -> Iterator[Finding]:
    for key in sorted(set(chain.from_iterable(settings.values())) - _OWN_ACCOUNT):
        said = {name: given.get(key, ("", 0))[0] for name, given in settings.items()}
        if key in _OWN_STATE and all(said.values()):
            continue
        if key == "region" and len({given.get("bucket") for given in settings.values()}) > 1:
            continue  # each environment has a bucket of its own, which is in its own region
        usual, number = Counter(said.values()).most_common(1)[0]
        if number == len(said):
            continue
        for name, value in said.items():
            if value != usual:
                other = next(one for one in said if said[one] == usual)
                yield Finding(
                    path=family.files[name],
                    line=settings[name].get(key, ("", 0))[1],
                    message=(
                        f"the backend's {key} is {short(value)} for {name}, {short(usual)} for"
                        f" {other}"
                    ),
                    fix=f"give {key} the same value everywhere",
                    severity=Severity.WARNING,
                    related=(
                        Location(
                            path=family.files[other], line=settings[other].get(key, ("", 0))[1]
                        ),
                    ),
                )
