"""Terraform's state: what it holds is secret, and two writers destroy it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from scaffolder.model import Finding, NotApplicable, Verdict, counted
from scaffolder.repository import files
from scaffolder.repository.clouds import of_each
from scaffolder.repository.clouds.cloud import StateLock
from scaffolder.repository.project import Project
from scaffolder.repository.reading import Attribute, Block, blocks
from scaffolder.tools.toolchain import Toolchain

_LOCKS = {
    # https://developer.hashicorp.com/terraform/language/backend/http
    "http": StateLock(settings=("lock_address",), fix="lock_address = …"),
    **dict(of_each(lambda cloud: cloud.STATE_LOCKS.items())),
}
"""Settings that make a backend lock, for those that do not by themselves."""


def the_state_is_locked_and_secret(project: Project, _: Toolchain) -> Verdict:
    """Remote states are locked while written and encrypted at rest; none is in the repository."""
    states = files.terraform_states(project)
    backends = list(
        chain.from_iterable(_backends(project, file) for file in files.terraform(project))
    )
    if not states and not backends:
        raise NotApplicable("no Terraform backend and no state")
    findings = [
        Finding(
            path=file,
            message="is a Terraform state: it holds every value that Terraform knows, secrets too",
            fix=(
                f"git rm --cached {file.as_posix()}, add it to .gitignore, and change every secret"
                " that is in it"
            ),
        )
        for file in states
    ]
    findings += chain.from_iterable(
        _of_backend(project, file, backend) for file, backend in backends
    )
    return Verdict(findings=tuple(findings), detail=counted(len(backends), "backend"))


def _backends(project: Project, file: Path) -> Iterator[tuple[Path, Block]]:
    if "backend" not in project.text(file):
        return
    block = blocks(project, file)
    for terraform in block.each("terraform") if block else ():
        for backend in terraform.each("backend"):
            yield file, backend


def _of_backend(project: Project, file: Path, backend: Block) -> Iterator[Finding]:
    kind = backend.labels[0] if backend.labels else ""
    parts = [(file, backend.attributes), *_partial(project, file)]
    for place, attributes in parts:
        encrypt = attributes.get("encrypt")
        if encrypt and encrypt.text == "false":
            yield Finding(
                path=place,
                line=encrypt.line,
                message="the state is not encrypted",
                fix="encrypt = true",
            )
    if kind not in _LOCKS or (not backend.attributes and len(parts) == 1):
        return  # locks by itself, or is configured on the command line
    if _locked(kind, backend.attributes):
        return
    for place, attributes in parts[1:] or parts:
        if not _locked(kind, attributes):
            line = backend.line if place == file else 0
            message = "the state has no lock: two runs at once would destroy it"
            yield Finding(path=place, line=line, message=message, fix=_LOCKS[kind].fix)


def _partial(project: Project, file: Path) -> Iterator[tuple[Path, dict[str, Attribute]]]:
    """Yield the files that complete the backend of a root: *.tfbackend in its folder and below."""
    for other in files.terraform_backends(project, file.parent):
        block = blocks(project, other)
        if block:
            yield other, block.attributes


def _locked(kind: str, attributes: dict[str, Attribute]) -> bool:
    return any(
        name in attributes and attributes[name].text not in {"false", ""}
        for name in _LOCKS[kind].settings
    )
