"""The cloud of a lab: a file in lab-work that Terraform changes, or a colleague by hand."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scaffolder import rehearse
from scaffolder.errors import ProjectError, ToolCrashed
from scaffolder.lab.place import Place
from scaffolder.repository import rehearsals
from scaffolder.repository.project import Project
from scaffolder.tools import rehearsal
from scaffolder.tools.rehearsal import Rehearsed
from scaffolder.tools.rehearsal.cloud import Cloud, CloudObject
from scaffolder.tools.rehearsal.values import Value
from scaffolder.tools.toolchain import Toolchain

ROOT = "env"
"""The root of an environment; the others are made once for all."""


BY_HAND = "by hand"
"""The mark of objects that no code has made."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A value of an object that differs from the code; `name` is its path: "config.public"."""

    id: str
    name: str
    cloud: Value
    code: Value


def owner(environment: str) -> str:
    """Return what the objects of an environment are marked with."""
    return f"{ROOT} {environment}"


def load(place: Place) -> Cloud:
    """Return the cloud as it is now."""
    return rehearsal.load(place.cloud)


def apply(place: Place, environment: str, toolchain: Toolchain) -> Rehearsed:
    """Apply the code to the cloud; return the result.

    Raises:
        ToolMissing: Terraform or gRPC is not installed.
        ProjectError: Terraform refuses the code.
        ToolCrashed: it could not be applied.

    """
    cloud = load(place)
    done = _rehearsed(place, environment, toolchain, cloud)
    place.side.mkdir(parents=True, exist_ok=True)
    cloud.save(place.cloud)
    return done


def plan(place: Place, environment: str, toolchain: Toolchain) -> Rehearsed:
    """Return what an apply would change, and change nothing; raises as `apply` does."""
    return _rehearsed(place, environment, toolchain, load(place))


def planned(
    place: Place, environment: str, toolchain: Toolchain
) -> tuple[Rehearsed, tuple[Difference, ...]]:
    """Return what an apply would change, and each value that differs; raises as `apply` does."""
    now, then = load(place), load(place)
    done = _rehearsed(place, environment, toolchain, then)
    return done, tuple(differences(now, then))


def differences(now: Cloud, then: Cloud) -> Iterator[Difference]:
    """Yield the values that an apply has changed in objects that stay, sorted by type and id."""
    for key, before in sorted(now.objects.items()):
        after = then.get(*key)
        if after is not None:
            yield from _differing(before.id, "", before.values, after.values)


def objects(place: Place, environment: str = "") -> tuple[CloudObject, ...]:
    """Return what is in the cloud, of an environment or all, sorted by type and id."""
    found = load(place).objects.values()
    wanted = [one for one in found if not environment or one.owner == owner(environment)]
    return tuple(sorted(wanted, key=lambda one: (one.type, one.id)))


def change(place: Place, kind: str, identifier: str, values: Mapping[str, Any]) -> None:
    """Change an object by hand: a part of its values. Raises ProjectError if there is none."""
    cloud = load(place)
    found = [one for one in cloud.of_type(kind) if fnmatch.fnmatch(one.id, identifier)]
    if not found:
        raise ProjectError(f"the cloud has no object {kind} {identifier}")
    _merge(found[-1].values, values)
    cloud.save(place.cloud)


def add(place: Place, kind: str, identifier: str, values: Mapping[str, Any]) -> None:
    """Add an object that no code has made."""
    cloud = load(place)
    made = CloudObject(
        type=kind, id=identifier, owner=BY_HAND, region="eu-central-1", values=dict(values)
    )
    cloud.put(made)
    cloud.save(place.cloud)


def delete(place: Place, identifier: str) -> CloudObject:
    """Delete an object by hand. Raises ProjectError if there is none with this id."""
    cloud = load(place)
    found = [one for one in cloud.objects.values() if one.id == identifier]
    if not found:
        raise ProjectError(
            f"the cloud has no object {identifier!r}", hint="scaffold lab cloud ls shows them"
        )
    cloud.delete(found[0].type, found[0].id)
    cloud.save(place.cloud)
    return found[0]


def _rehearsed(place: Place, environment: str, toolchain: Toolchain, cloud: Cloud) -> Rehearsed:
    rehearse.ready(toolchain)
    project = Project(place.root)
    folder = rehearsals.folder_of(project)
    if folder is None:
        raise ProjectError(f"{place.root} holds no Terraform code", hint="scaffold lab reset")
    targets = [
        target
        for target in rehearse.chosen(project, folder, environment)
        if target.name == owner(environment)
    ]
    [done] = rehearsal.rehearse(
        toolchain, project.root / folder, targets, within=project.root, cloud=cloud, keep=True
    )
    if done.limit:
        raise ToolCrashed(f"Terraform stopped in {owner(environment)}: {done.limit}")
    if done.failed:
        problem = "; ".join(f"{one.path}:{one.line}: {one.summary}" for one in done.diagnostics)
        raise ProjectError(f"Terraform refuses {owner(environment)}: {problem}")
    return done


def _differing(identifier: str, name: str, now: Value, then: Value) -> Iterator[Difference]:
    """Yield the values that differ, down to the attribute; a list of one block is its block."""
    if isinstance(now, list) and isinstance(then, list) and len(now) == len(then) == 1:
        now, then = now[0], then[0]
    if isinstance(now, dict) and isinstance(then, dict):
        for key in sorted(now.keys() | then.keys()):
            inner = f"{name}.{key}" if name else key
            yield from _differing(identifier, inner, now.get(key), then.get(key))
    elif now != then:
        yield Difference(id=identifier, name=name, cloud=now, code=then)


def _merge(values: dict[str, Any], changed: Mapping[str, Any]) -> None:
    """Change the attributes that are named; a list stands for its first block."""
    for name, value in changed.items():
        inner = values.get(name)
        block = inner[0] if isinstance(inner, list) and inner else inner
        if isinstance(value, dict) and isinstance(block, dict):
            _merge(block, value)
        else:
            values[name] = value
