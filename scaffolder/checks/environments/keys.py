"""Which keys each environment sets."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from scaffolder.checks.environments.families import families_of, patterns, short
from scaffolder.formats.regex import regex
from scaffolder.model import Finding, Location, Severity, Verdict
from scaffolder.repository import environment_diff, environments
from scaffolder.repository.environments import VALUES, VARIABLES, Family
from scaffolder.repository.project import Project
from scaffolder.repository.reading import Unreadable, blocks, line_of, table, table_of
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
    findings = list(chain.from_iterable(_uneven(project, family, read) for family in families))
    return Verdict(findings=tuple(findings), detail=patterns(families))


def _uneven(
    project: Project, family: Family, read: Callable[[Project, Path], _Keys | None]
) -> Iterator[Finding]:
    """Yield what is not set everywhere; a file that does not parse is left out."""
    all_keys = {name: read(project, file) for name, file in family.files.items()}
    known = {name: one for name, one in all_keys.items() if one is not None}
    keys = {name: _neutral(one, name, _of_others(known, name)) for name, one in known.items()}
    base = None if _are_parallel(keys) else environments.base_of(project, family)
    shared = (read(project, base) or {}) if base else {}
    uneven: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
    for key in sorted(set(chain.from_iterable(keys.values()))):
        having = [name for name in keys if key in keys[name]]
        if (
            (key[:-1] and _ID.search(key[-1]))
            or len(having) == len(keys)
            or any(key[:-1] and key[:-1] not in one for one in keys.values())
        ):
            continue  # everywhere, or below a key that is itself not everywhere
        if base and key in shared:
            yield _taken_from_base(project, family, keys, key, having, base, shared[key])
        else:
            uneven.setdefault(tuple(having), []).append(key)
    for names, ways in uneven.items():
        if len(ways) > _MANY:
            yield _set_of_others(family, keys, ways, list(names))
        else:
            for key in ways:
                yield from _set_in_some(family, keys, key, list(names))


_ID = regex(
    r"^arn:|(?<![0-9a-z])(?=[0-9a-f]*\d)(?=\d*[a-f])[0-9a-f]{8,}(?![0-9a-z])|^\d{6,}$",
    re.IGNORECASE,
)
"""A key that is the id of something of one environment, such as a cluster of caches."""

_MANY = 5
"""Keys that one environment has and another has not, of which each is a finding; more are one."""


def _set_of_others(
    family: Family, keys: dict[str, _Keys], ways: list[tuple[str, ...]], having: list[str]
) -> Finding:
    """Return one finding for a set of keys that some environments have, and the others have not."""
    lacking = [name for name in keys if name not in having]
    first = min(ways, key=lambda way: keys[having[0]][way])
    named = ", ".join(".".join(way) for way in ways[:3])
    return Finding(
        path=family.files[having[0]],
        line=keys[having[0]][first],
        message=f"{len(ways)} keys are set for {' and '.join(having)}, not for"
        f" {' and '.join(lacking)}: {named} and {len(ways) - 3} more",
        fix="set them in every environment, or move them to what they share",
        related=(Location(path=family.files[lacking[0]]),),
    )


def _neutral(keys: _Keys, environment: str, others: frozenset[tuple[str, ...]]) -> _Keys:
    """Return the keys with the environment's own name left open: each has keys of its own name.

    A key that others have as it is, such as `production_env`, is not about one environment.
    """
    return {
        way
        if way in others
        else tuple(environment_diff.neutral(part, environment) for part in way): line
        for way, line in keys.items()
    }


def _of_others(keys: dict[str, _Keys], environment: str) -> frozenset[tuple[str, ...]]:
    """Return the keys of all environments but one."""
    return frozenset(chain.from_iterable(one for name, one in keys.items() if name != environment))


def _are_parallel(keys: dict[str, _Keys]) -> bool:
    """Return whether files have the same keys, each in full, and do not just override a few."""
    sets = [set(one) for one in keys.values()]
    common = set.intersection(*sets) if sets else set()
    return len(common) >= 4 and len(common) >= 0.75 * len(set.union(*sets))


def _taken_from_base(
    project: Project,
    family: Family,
    keys: dict[str, _Keys],
    key: tuple[str, ...],
    having: list[str],
    base: Path,
    line: int,
) -> Finding:
    """Return what an override of some environments means for the others, as a warning."""
    lacking = [name for name in keys if name not in having]
    place = Location(path=family.files[having[0]], line=keys[having[0]][key])
    written = ".".join(key)
    default, own = (_value(project, file, key) for file in (base, family.files[having[0]]))
    said = f" ({default})" if default else ""
    takes = "takes" if len(lacking) == 1 else "take"
    return Finding(
        path=place.path,
        line=place.line,
        message=f"{' and '.join(lacking)} {takes} {written} from {base.as_posix()}:{line}{said},"
        f" {having[0]} sets {own or 'it'}",
        fix="set it in each environment if it should differ, else only in the shared values",
        related=(Location(path=base, line=line),),
        severity=Severity.WARNING,
    )


def _value(project: Project, file: Path, key: tuple[str, ...]) -> str:
    """Return a value in a word, empty if it is a table or a list; HCL as it is written."""
    if file.suffix not in {".yaml", ".yml", ".json"}:
        block = blocks(project, file)
        attribute = block.attributes.get(key[0]) if block else None
        return short(attribute.text) if attribute and attribute.text else ""
    value: Any = table(project, file)
    for part in key:
        value = next((one for name, one in value.items() if str(name) == part), None)
    return "" if value is None or isinstance(value, dict | list) else short(str(value))


def _set_in_some(
    family: Family, keys: dict[str, _Keys], key: tuple[str, ...], having: list[str]
) -> Iterator[Finding]:
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
        return
    only = " only" if len(having) == 1 else ""
    yield Finding(
        path=there.path,
        line=there.line,
        message=f"{written} is set for {' and '.join(having)}{only}, not for"
        f" {' and '.join(lacking)}",
        fix=f"set {written} in every environment, or move it to what they share",
        related=(Location(path=family.files[lacking[0]], line=keys[lacking[0]].get(key[:-1], 0)),),
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
