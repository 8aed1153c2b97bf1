"""Which Terraform folders are one configuration: a root and the local modules that it calls."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from scaffolder.repository import files, reading
from scaffolder.repository.project import Project


def configurations(project: Project) -> tuple[frozenset[Path], ...]:
    """Return the folders of each configuration: one that nothing calls, and all that it calls.

    Roots of tests and examples are left out; modules that only they call are configurations.
    """
    return project.once("Terraform configurations", lambda: tuple(_configurations(project)))


def called(project: Project) -> frozenset[Path]:
    """Return the folders that are called as modules."""
    return frozenset(chain.from_iterable(_calls(project).values()))


def root_of_values(project: Project, folder: Path) -> Path:
    """Return the folder whose configuration values in `folder` are for: the nearest one above."""
    known = _calls(project)
    return next((one for one in (folder, *folder.parents) if one in known), folder)


def _configurations(project: Project) -> Iterator[frozenset[Path]]:
    calls = _calls(project)
    for root in sorted(calls.keys() - called(project)):
        folders, waiting = {root}, [root]
        while waiting:
            for target in calls.get(waiting.pop(), ()):
                if target not in folders:
                    folders.add(target)
                    waiting.append(target)
        yield frozenset(folders)


def _calls(project: Project) -> dict[Path, tuple[Path, ...]]:
    """Return the local modules that each folder with Terraform calls."""

    def make() -> dict[Path, tuple[Path, ...]]:
        found: dict[Path, list[Path]] = {}
        for file in files.terraform(project):
            if not files.is_trial(file):
                found.setdefault(file.parent, []).extend(_modules(project, file))
        return {folder: tuple(targets) for folder, targets in found.items()}

    return project.once("calls of Terraform modules", make)


def _modules(project: Project, file: Path) -> Iterator[Path]:
    if "module" not in project.text(file):
        return
    block = reading.blocks(project, file)
    for module in block.each("module") if block else ():
        source = module.attributes.get("source")
        if source and source.text.startswith("."):
            yield project.relative((file.parent / source.text).as_posix())
