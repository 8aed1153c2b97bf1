"""TF: the infrastructure code is formatted, and Terraform itself accepts it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from itertools import chain
from pathlib import Path

from scaffolder.model import Blocked, Check, Finding, NotApplicable, Severity, Verdict, counted
from scaffolder.repository import files, fixes, terragrunt
from scaffolder.repository.project import Project
from scaffolder.tools import terraform
from scaffolder.tools.programs import TERRAFORM
from scaffolder.tools.toolchain import Toolchain

_NAMES_SHOWN = 4
_DEPTH = ("syntax", "schema", "rehearsed", "provider")


def formatted(project: Project, toolchain: Toolchain) -> Verdict:
    """`terraform fmt` would change no file; a file that does not parse is a finding of its own."""
    folder = _folder(project)
    inputs = files.terraform_inputs(project, folder)
    encrypted = [file for file in inputs if project.is_encrypted(file)]
    read = [file.relative_to(folder) for file in inputs if file not in encrypted]
    said = terraform.formatting(toolchain, project.root / folder, read)
    findings = [_finding(folder, one) for one in said.diagnostics]
    findings += [
        Finding(
            path=folder / one.path,
            line=one.line,
            message="is not formatted",
            severity=Severity.NOTE,
            fix=f"terraform fmt {(folder / one.path).as_posix()}",
            edits=fixes.edits_between(
                folder / one.path, project.text(folder / one.path), one.formatted
            ),
        )
        for one in said.unformatted
    ]
    return Verdict(
        findings=tuple(findings),
        detail=counted(len(inputs), "file"),
        limit=f"encrypted: {_few([file.as_posix() for file in encrypted])}" if encrypted else "",
    )


def valid(
    project: Project, toolchain: Toolchain, *, online: bool, rehearse: bool = False
) -> Verdict:
    """`terraform validate` accepts every root, as deep as this machine allows.

    syntax: HCL and references · schema: also every resource type, argument and block, against the
    providers' published schemas · rehearsed: also applied, planned again and destroyed in a cloud
    that is a file · provider: also the real provider's verdict on the values.
    """
    from scaffolder.checks.terraform import rehearsed  # most runs have no Terraform, and need none

    folder = _folder(project)
    roots = terraform.roots(project.root / folder)
    validated = terraform.validate(
        toolchain, project.root / folder, roots, online=online, within=project.root
    )
    completed = terragrunt.completed(project)
    said = [
        terraform.left_to_terragrunt(one, folder / one.root)
        if folder / one.root in completed
        else one
        for one in validated
    ]
    limit = _together(validation.limit for validation in said if validation.limit)
    judged = [validation for validation in said if validation.judged]
    if not judged:
        raise Blocked(limit)
    diagnostics = chain.from_iterable(validation.diagnostics for validation in said)
    findings = dict.fromkeys(_finding(folder, one) for one in diagnostics)
    providers = sorted(set(chain.from_iterable(validation.providers for validation in said)))
    names = ", ".join(root.as_posix() for root in roots)
    level: str = min((validation.level for validation in judged), key=_DEPTH.index)
    more = None
    if not any(one.severity is Severity.ERROR for one in findings):
        more = rehearsed.added(project, folder, toolchain, asked=rehearse)
    if more:
        findings |= dict.fromkeys(more.findings)
        limit = _together(filter(None, (limit, more.limit)))
        if more.tried and not more.limit and level != "syntax":
            level = max(level, rehearsed.LEVEL, key=_DEPTH.index)
    return Verdict(
        findings=tuple(findings),
        level=level,
        detail="; ".join(
            [
                f"{counted(len(roots), 'root')}: {names}",
                *([", ".join(providers)] if providers else []),
            ]
        ),
        limit=limit,
    )


def checks(*, online: bool, rehearse: bool = False) -> tuple[Check, ...]:
    """The checks of this family.

    `online` lets `terraform init` fetch the real providers; `rehearse` applies the code in a cloud
    that is a file.
    """
    return (
        Check(id="TF001", title="Terraform is formatted", run=formatted, tool=TERRAFORM),
        Check(
            id="TF002",
            title="terraform validate passes",
            run=partial(valid, online=online, rehearse=rehearse),
            tool=TERRAFORM,
            cost=3,
        ),
    )


def _together(limits: Iterable[str]) -> str:
    """Return the limits of all roots as one, each kind ("modules from elsewhere: a, b") once."""
    names: dict[str, set[str]] = {}
    for part in chain.from_iterable(limit.split("; ") for limit in limits):
        kind, colon, of = part.partition(": ")
        names.setdefault(kind + colon, set()).update(of.split(", ") if colon else ())
    return "; ".join(f"{kind}{_few(sorted(of))}" for kind, of in sorted(names.items()))


def _few(names: list[str]) -> str:
    more = f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else ""
    return ", ".join(names[:_NAMES_SHOWN]) + more


def _finding(folder: Path, one: terraform.Diagnostic) -> Finding:
    return Finding(
        path=folder / one.path,
        line=one.line,
        message=f"{one.summary}: {' '.join(one.detail.split())}" if one.detail else one.summary,
        severity=Severity.ERROR if one.severity == "error" else Severity.WARNING,
    )


def _folder(project: Project) -> Path:
    """The folder that holds all roots and their modules: the deepest one that they share."""
    from scaffolder.repository import rehearsals  # see `valid`

    folder = rehearsals.folder_of(project)
    if folder is None:
        raise NotApplicable("no Terraform code")
    inputs = (*files.terraform_inputs(project), *files.terraform_tests(project))
    project.hand(file for file in inputs if not project.is_encrypted(file))
    return folder
