"""Every image that a repository names in its files, beside what its chart renders."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scaffolder.repository import files
from scaffolder.repository.ci import CI_SYSTEMS
from scaffolder.repository.project import Project
from scaffolder.repository.reading import line_of, stages, table


@dataclass(frozen=True, kw_only=True)
class Use:
    """An image where it is named; `what` says for what ("db: "), where the line alone does not."""

    path: Path
    line: int
    image: str
    what: str = ""


def named(project: Project) -> tuple[Use, ...]:
    """The images of Dockerfiles, compose files and pipelines."""
    return project.once(
        "named images",
        lambda: (*_in_dockerfiles(project), *_in_compose(project), *_in_pipelines(project)),
    )


def _in_dockerfiles(project: Project) -> Iterator[Use]:
    for file in files.image_builds(project):
        found = stages(project, file)
        names = {stage.name for stage in found.stages if stage.name} if found else set()
        for stage in found.stages if found else ():
            if stage.image.lower() not in names:
                yield Use(path=file, line=stage.line, image=stage.image)
            for copy in stage.each("COPY"):
                source = copy.flags.get("from", "")
                if (
                    source
                    and source.lower() not in names
                    and not source.isdigit()
                    and re.search(r"[/:.]", source)
                ):
                    yield Use(path=file, line=copy.line, image=source)


def _in_compose(project: Project) -> Iterator[Use]:
    for file in files.compose_files(project):
        services = table(project, file).get("services")
        for name, service in services.items() if isinstance(services, dict) else ():
            if (
                isinstance(service, dict)
                and isinstance(service.get("image"), str)
                and "build" not in service
            ):
                yield Use(
                    path=file,
                    line=line_of(service, "image"),
                    image=service["image"],
                    what=f"{name}: ",
                )


def _in_pipelines(project: Project) -> Iterator[Use]:
    for name, system in CI_SYSTEMS.items():
        for file in files.pipelines_of(project, name):
            for image in system.images(project, file):
                yield Use(path=file, line=image.line, image=image.name)
