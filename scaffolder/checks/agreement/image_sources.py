"""What images copy from the repository is there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from scaffolder.checks.agreement.findings import disagreement, distinct
from scaffolder.model import Check, Finding, Location, NotApplicable, Severity, Verdict, counted
from scaffolder.repository.facts import image_sources
from scaffolder.repository.project import Project
from scaffolder.tools.toolchain import Toolchain


def copied_files_exist(project: Project, _: Toolchain) -> Verdict:
    """Each file and folder that a Dockerfile copies from its context is in the repository.

    https://docs.docker.com/reference/dockerfile/#copy
    """
    sources = image_sources.sources(project)
    if not sources:
        raise NotApplicable("no Dockerfile copies a file of the repository")
    return Verdict(
        findings=distinct(_absent(project)),
        detail=counted(len(sources), "source"),
        limit=project.cut,
    )


def _absent(project: Project) -> Iterator[Finding]:
    for source, near in image_sources.absent(project):
        name = source.path.as_posix()
        yield disagreement(
            source.place,
            f"copies {name}, which does not exist",
            [Location(path=_shown(project, source.folder, near))] if near else [],
            fix=f"copy {near.as_posix()}" if near else "add the file, or take it out of the copy",
            severity=Severity.ERROR if near else Severity.WARNING,
        )


def _shown(project: Project, folder: Path, near: Path) -> Path:
    """Return the path that is meant, from the root; of a folder that a Compose file names too."""
    beside = folder / near
    return beside if project.has(beside) or beside in project.folders else near


CHECKS = (
    Check(
        id="AG068",
        severity=Severity.ERROR,
        title="Files that images copy exist",
        run=copied_files_exist,
    ),
)
