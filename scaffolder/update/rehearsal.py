"""Rehearse an update in existing environments: both states in one cloud."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from scaffolder.errors import ToolMissing
from scaffolder.repository import rehearsals
from scaffolder.repository.project import Project
from scaffolder.tools import installation, rehearsal, terraform
from scaffolder.tools.rehearsal import Cloud, Rehearsed, Target
from scaffolder.tools.toolchain import Toolchain
from scaffolder.update.engine import Plan, result_of

_DESTROYING = frozenset({"delete", "replace"})


@dataclass(frozen=True, kw_only=True)
class Planned:
    """The update's change of one object of one root and environment."""

    target: str
    action: str
    address: str

    @property
    def destroys(self) -> bool:
        """Whether an object is lost, for good or for a new one."""
        return self.action in _DESTROYING


@dataclass(frozen=True, kw_only=True)
class Effect:
    """The update's changes in the rehearsed environments.

    `errors` are what keeps Terraform from planning it, `limits` what could not be rehearsed, by
    root and environment; `rehearsed` is how many were.
    """

    planned: tuple[Planned, ...] = ()
    errors: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    rehearsed: int = 0

    @property
    def failed(self) -> bool:
        """Whether anything would be destroyed, or could not be planned."""
        return bool(self.errors) or any(one.destroys for one in self.planned)


def effect(plan: Plan, toolchain: Toolchain) -> Effect:
    """Return what the update would create, change and destroy; the repository is only read.

    Raises:
        ToolMissing: Terraform or a package that a rehearsal needs is not installed.

    """
    if not rehearsal.can_run():
        raise ToolMissing(
            "a rehearsal needs the packages grpcio and msgpack",
            hint=installation.current().with_tools(),
        )
    before = plan.folder / "before" / plan.repository.root.name
    plan.work.written(plan.repository.tree, before)
    return between(before, result_of(plan), toolchain)


def between(before: Path, after: Path, toolchain: Toolchain) -> Effect:
    """Return what Terraform would do to the objects of one state of a repository, given another."""
    cloud = rehearsal.Cloud()
    earlier = {one.target.name: one for one in _kept(before, toolchain, cloud)}
    later = _kept(after, toolchain, cloud)
    known = [one for one in later if one.target.name in earlier]
    planned: list[Planned] = []
    for one in known:
        planned += [
            Planned(target=one.target.name, action=change.action, address=change.address)
            for change in one.before
            if not change.address.startswith("output.")
        ]
    gone = earlier.keys() - {one.target.name for one in later}
    limits = {one.target.name: one.limit for one in (*earlier.values(), *later) if one.limit}
    return Effect(
        planned=tuple(planned),
        errors=(
            *(f"{name}: is no longer in the code" for name in sorted(gone)),
            *chain.from_iterable(map(_errors, later)),
        ),
        limits=tuple(f"{name}: {limit}" for name, limit in limits.items()),
        rehearsed=len([one for one in known if one.judged]),
    )


def _errors(one: Rehearsed) -> list[str]:
    return [
        f"{one.target.name}: {found.summary}: {' '.join(found.detail.split())}".rstrip(": ")
        for found in one.diagnostics
        if found.severity == "error"
    ]


def _kept(root: Path, toolchain: Toolchain, cloud: Cloud) -> tuple[Rehearsed, ...]:
    """Apply a repository to the cloud, and leave it there."""
    project = Project(root)
    folder = rehearsals.folder_of(project)
    if folder is None:
        return ()
    roots = terraform.roots(root / folder)
    targets: tuple[Target, ...] = rehearsals.targets(project, folder, roots)
    return rehearsal.rehearse(
        toolchain, root / folder, targets, within=root, cloud=cloud, keep=True
    )
