"""TF: the infrastructure code is formatted, and Terraform itself accepts it."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from scaffolder import terraform
from scaffolder.model import Check, Finding, NotApplicable, Severity, Verdict
from scaffolder.offline import SchemaServer
from scaffolder.project import Project
from scaffolder.toolchain import TERRAFORM, Toolchain


def formatted(project: Project, toolchain: Toolchain) -> Verdict:
    """`terraform fmt` would change no file."""
    folder = _folder(project)
    findings = tuple(
        Finding(
            path=folder / one.path, message="is not formatted", fix=f"terraform fmt {(folder / one.path).as_posix()}"
        )
        for one in terraform.format_check(toolchain, project.root / folder)
    )
    return Verdict(findings=findings, detail=f"{len(project.under(folder.as_posix(), '*.tf', '*.tfvars'))} files")


def valid(project: Project, toolchain: Toolchain, *, online: bool) -> Verdict:
    """`terraform validate` accepts every root, at the deepest level that this machine allows.

    syntax: HCL and references · schema: also every resource type, argument and block, against the providers' published
    schemas · provider: also what the real provider says of the values.
    """
    folder = _folder(project)
    found = roots(project)
    with SchemaServer() as schemas:
        said = {
            root: terraform.validate(
                toolchain, project.root / folder, root=root.relative_to(folder), schemas=schemas, online=online
            )
            for root in found
        }
    findings = tuple(
        Finding(
            path=folder / one.path,
            line=one.line,
            message=f"{one.summary}: {one.detail}" if one.detail else one.summary,
            severity=Severity.ERROR if one.severity == "error" else Severity.WARNING,
        )
        for validation in said.values()
        for one in validation.diagnostics
    )
    levels = [validation.level for validation in said.values()]
    providers = sorted({provider for validation in said.values() for provider in validation.providers})
    names = [root.relative_to(folder).as_posix() for root in found]
    return Verdict(
        findings=tuple(dict.fromkeys(findings)),
        level=min(levels, key=terraform.LEVELS.index),
        detail=f"{len(found)} roots ({', '.join(names)}); {', '.join(providers)}",
        limit="; ".join(sorted({validation.limit for validation in said.values() if validation.limit})),
    )


def roots(project: Project) -> tuple[Path, ...]:
    """The folders that Terraform is run in: those with .tf files that no other folder uses as a module."""
    folders = {file.parent for file in project.matching("*.tf")}
    return tuple(sorted(folder for folder in folders if "modules" not in folder.parts))


def checks(*, online: bool) -> tuple[Check, ...]:
    """The checks of this family; `online` lets `terraform init` fetch the real providers."""
    return (
        Check(id="TF001", title="Terraform is formatted", run=formatted, tool=TERRAFORM),
        Check(id="TF002", title="terraform validate passes", run=partial(valid, online=online), tool=TERRAFORM),
    )


def _folder(project: Project) -> Path:
    """The folder that holds all roots and their modules: the deepest one that they share."""
    folders = [file.parent for file in project.matching("*.tf")]
    if not folders:
        raise NotApplicable("there is no Terraform code")
    shared = set.intersection(*({folder, *folder.parents} for folder in folders))
    return max(shared, key=lambda folder: len(folder.parts))
