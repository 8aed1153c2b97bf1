"""Which keys each environment sets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from scaffolder.checks.environments.families import families_of, patterns
from scaffolder.model import Finding, Location, Verdict
from scaffolder.repository.environments import VALUES, VARIABLES, Family
from scaffolder.repository.project import Project
from scaffolder.repository.reading import Unreadable, blocks, line_of, table_of
from scaffolder.tools.toolchain import Toolchain

_Keys = dict[tuple[str, ...], int]
"""The keys of a file, each as the way to it, with its line."""


def values_have_the_same_keys(project: Project, _: Toolchain) -> Verdict:
    """The values files of a chart set the same keys in every environment."""
    return _same_keys(project, VALUES, _yaml_keys)


def variables_have_the_same_names(project: Project, _: Toolchain) -> Verdict:
    """The `.tfvars` of every environment give the same variables."""
    return _same_keys(project, VARIABLES, _hcl_keys)


def _same_keys(
    project: Project, kind: str, read: Callable[[Project, Path], _Keys | None]
) -> Verdict:
    families = families_of(project, kind)
    findings = [finding for family in families for finding in _uneven(project, family, read)]
    return Verdict(findings=tuple(findings), detail=patterns(families))


def _uneven(
    project: Project, family: Family, read: Callable[[Project, Path], _Keys | None]
) -> Iterator[Finding]:
    """What is not set everywhere; a file that does not parse sets nobody knows what, and is left out."""
    all_keys = {name: read(project, file) for name, file in family.files.items()}
    keys = {name: one for name, one in all_keys.items() if one is not None}
    for key in sorted({key for one in keys.values() for key in one}):
        having = [name for name in keys if key in keys[name]]
        if len(having) == len(keys) or any(
            key[:-1] and key[:-1] not in one for one in keys.values()
        ):
            continue  # everywhere, or below a key that is itself not everywhere
        lacking = [name for name in keys if name not in having]
        there = Location(path=family.files[having[0]], line=keys[having[0]][key])
        written = ".".join(key)
        if len(having) > len(lacking):
            for name in lacking:
                yield Finding(
                    path=family.files[name],
                    line=keys[name].get(key[:-1], 0),
                    message=f"{written} is not set for {name}, but for {' and '.join(having)}",
                    fix=f"set {written} here too, or move it to what all environments share",
                    related=(there,),
                )
        else:
            for name in having:
                yield Finding(
                    path=family.files[name],
                    line=keys[name][key],
                    message=f"{written} is set for {name} only, not for {' and '.join(lacking)}",
                    fix=f"set {written} in every environment, or move it to what they share",
                    related=(
                        Location(
                            path=family.files[lacking[0]], line=keys[lacking[0]].get(key[:-1], 0)
                        ),
                    ),
                )


def _yaml_keys(project: Project, file: Path) -> _Keys | None:
    found: _Keys = {}

    def walk(value: Any, way: tuple[str, ...]) -> None:
        for key, one in value.items():
            found[(*way, str(key))] = line_of(value, key)
            if isinstance(one, dict):
                walk(one, (*way, str(key)))

    try:
        walk(table_of(project, file), ())
    except Unreadable:
        return None
    return found


def _hcl_keys(project: Project, file: Path) -> _Keys | None:
    block = blocks(project, file)
    return (
        {(name,): attribute.line for name, attribute in block.attributes.items()} if block else None
    )
