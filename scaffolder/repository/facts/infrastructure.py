"""Read Terraform: versions of itself, providers and Kubernetes, values of environments."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from scaffolder.formats import Unreadable, hcl
from scaffolder.formats.hcl import Attribute, Block
from scaffolder.repository import clusters, reading
from scaffolder.repository import files as kinds
from scaffolder.repository.facts import terraform_roots
from scaffolder.repository.facts.statements import Declaration, Unread, place
from scaffolder.repository.project import Project

TERRAFORM, LOCK = "terraform", "lock file"


def files(project: Project) -> tuple[Path, ...]:
    """Return the files that Terraform reads, and its lock files."""
    return (*kinds.terraform_inputs(project), *kinds.terraform_locks(project))


def read(project: Project) -> Iterator[Declaration | Unread]:
    """Yield the versions that Terraform's files name."""
    for file in files(project):
        try:
            block = reading.hcl_of(project, file)
        except Unreadable as error:
            yield reading.unread(file, error)
            continue
        yield from _versions(project, file, block)
        modules = terraform_roots.called(project)
        for one in clusters.named_in(file, block):
            # A module's default for an unset variable is not the version of a cluster.
            if not (one.name == "default" and file.parent in modules):
                yield _stated(project, file, "kubernetes", one, one.text, TERRAFORM)


def _versions(project: Project, file: Path, block: Block) -> Iterator[Declaration]:
    for settings in block.each("terraform"):
        wanted = settings.attributes.get("required_version")
        if wanted:
            yield _stated(project, file, "tool terraform", wanted, wanted.text, "constraint")
        for providers in settings.each("required_providers"):
            for name, attribute in providers.attributes.items():
                entries = hcl.object_of(attribute.expression)
                version, source = entries.get("version"), entries.get("source")
                if version:
                    address = source.text if source else f"hashicorp/{name}"
                    at = Attribute(
                        name=name, line=attribute.line + version.line, expression=version.expression
                    )
                    yield _stated(
                        project, file, f"provider {_short(address)}", at, version.text, TERRAFORM
                    )
    for locked in block.each("provider"):
        version = locked.attributes.get("version")
        if version and file.name == ".terraform.lock.hcl" and locked.labels:
            yield _stated(
                project, file, f"provider {_short(locked.labels[0])}", version, version.text, LOCK
            )


def _stated(
    project: Project, file: Path, fact: str, at: Attribute, value: str, role: str
) -> Declaration:
    return Declaration(
        fact=fact, subject=file.parent, value=value, role=role, place=place(project, file, at.line)
    )


def _short(address: str) -> str:
    return (
        address.removeprefix("registry.terraform.io/")
        .removeprefix("registry.opentofu.org/")
        .lower()
    )
