"""Rehearse Terraform beyond `terraform validate`: the code applies, plans clean, is destroyed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from scaffolder.errors import ToolError
from scaffolder.formats.regex import regex
from scaffolder.model import Finding, Location, Severity
from scaffolder.repository import files, reading, rehearsals
from scaffolder.repository.project import Project
from scaffolder.tools import installation, rehearsal, terraform
from scaffolder.tools.programs import TERRAFORM
from scaffolder.tools.rehearsal import Rehearsed
from scaffolder.tools.toolchain import Toolchain

LEVEL = "rehearsed"
_INDEX = regex(r'\["[^"]*"\]|\[\d+\]')


@dataclass(frozen=True, kw_only=True)
class Added:
    """The result of a rehearsal; `limit` names the untried part, `tried` is false if all is."""

    findings: tuple[Finding, ...] = ()
    limit: str = ""
    tried: bool = True


class _NotKept(Exception):
    """No earlier run rehearsed these files."""


def added(project: Project, folder: Path, toolchain: Toolchain, *, asked: bool) -> Added | None:
    """Rehearse if `asked`, else return what an earlier run found of the same files, if any did."""
    if asked and not rehearsal.can_run():
        extra = installation.current().with_tools()
        return Added(limit=f"a rehearsal needs grpcio and msgpack: {extra}", tried=False)

    def ask() -> list[dict[str, Any]]:
        if not asked:
            raise _NotKept
        roots = terraform.roots(project.root / folder)
        results = rehearsal.rehearse(
            toolchain,
            project.root / folder,
            rehearsals.targets(project, folder, roots),
            within=project.root,
        )
        return [_plain(project, folder, one) for one in results]

    directory = project.root / folder
    reads = [project.root] if terraform.goes_up(directory) else [directory]
    try:
        said = toolchain.answer(TERRAFORM, ("rehearse",), reads, ask)
    except _NotKept:
        return None
    except ToolError as error:
        return Added(limit=f"the rehearsal was inconclusive: {error.message}", tried=False)
    limits = dict.fromkeys(f"{one['name']} ({one['limit']})" for one in said if one["limit"])
    return Added(
        findings=tuple(map(_finding, chain.from_iterable(one["findings"] for one in said))),
        limit=f"not rehearsed: {', '.join(limits)}" if limits else "",
        tried=len(limits) < len(said),
    )


def _plain(project: Project, folder: Path, one: Rehearsed) -> dict[str, Any]:
    return {
        "name": (folder / one.target.root).as_posix()
        + (f" {one.target.environment}" if one.target.environment else ""),
        "limit": one.limit,
        "findings": list(_findings(project, folder, one)),
    }


def _findings(project: Project, folder: Path, one: Rehearsed) -> Iterator[dict[str, Any]]:
    of = f" ({one.target.environment})" if one.target.environment else ""
    for found in one.diagnostics:
        words = f"{found.summary}: {' '.join(found.detail.split())}".rstrip(": ")
        yield {
            "path": (folder / found.path).as_posix(),
            "line": found.line,
            "message": f"{one.failed or 'apply'} fails{of}: {words}"
            if found.severity == "error"
            else words,
            "severity": found.severity,
            "fix": "",
        }
    root = folder / one.target.root
    for change in one.changes:
        place = _place(project, root, change.address)
        yield {
            "path": place.path.as_posix(),
            "line": place.line,
            "message": f"a second plan would {change}{of}",
            "severity": "error",
            "fix": "take out what differs each time, or name it in ignore_changes",
        }
    for stayed in one.stayed:
        yield {
            "path": root.as_posix(),
            "line": 0,
            "message": f"{stayed} stays after a destroy{of}, and nothing protects it",
            "severity": "error",
            "fix": "let Terraform destroy it, or protect it with prevent_destroy",
        }


def _place(project: Project, root: Path, address: str) -> Location:
    """Return where the code declares what an address names; the root if that is not found."""
    labels = tuple(_INDEX.sub("", address).split(".")[-2:])
    for file in files.terraform(project):
        blocks = reading.blocks(project, file)
        for block in blocks.each("resource", "output") if blocks else ():
            if block.labels in (labels, labels[1:]) and block.labels:
                return Location(path=file, line=block.line)
    return Location(path=root)


def _finding(found: dict[str, Any]) -> Finding:
    return Finding(
        path=Path(found["path"]),
        line=found["line"],
        message=found["message"],
        fix=found["fix"],
        severity=Severity(found["severity"]),
    )
