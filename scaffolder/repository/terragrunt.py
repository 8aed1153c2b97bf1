"""Which Terraform configurations Terragrunt completes before Terraform reads them.

A unit names a configuration as its source, and Terragrunt writes providers, backends and further
files into a copy of it: https://terragrunt.gruntwork.io/docs/features/units/.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from scaffolder.formats.hcl import Block
from scaffolder.formats.regex import regex
from scaffolder.repository import files, reading
from scaffolder.repository.project import Project

_CALL = regex(r"\$\{[^}]*\}")


def completed(project: Project) -> frozenset[Path]:
    """Return the folders of the configurations that a unit of Terragrunt has as its source."""
    return project.once("completed by Terragrunt", lambda: frozenset(_completed(project)))


def _completed(project: Project) -> Iterator[Path]:
    if not files.terragrunt_units(project):
        return
    configurations = {file.parent for file in files.terraform(project)}
    for file in files.terragrunt(project):
        block = reading.blocks(project, file)
        for source in _sources(block) if block else ():
            yield from _folders(project, file, source, configurations)


def _sources(block: Block) -> Iterator[str]:
    for terraform in block.each("terraform"):
        if source := terraform.attributes.get("source"):
            yield source.text or source.expression


def _folders(
    project: Project, file: Path, source: str, configurations: set[Path]
) -> Iterator[Path]:
    """Yield the configurations that a source may mean: by its path, else by how the path ends.

    The result of a Terragrunt function is unknown, and a path in an included file counts from the
    unit.
    """
    path = source.strip('"').partition("?")[0]
    path = path.rpartition("//")[2] if "://" in path or "::" in path else path.replace("//", "/")
    if path.startswith("."):
        folder = project.relative((file.parent / path).as_posix())
        if folder in configurations:
            yield folder
            return
    parts = [part for part in _CALL.sub("", path).split("/") if part not in {"", ".", ".."}]
    for folder in configurations if parts else ():
        if folder.parts[-len(parts) :] == tuple(parts):
            yield folder
