"""Every image that a repository names in its files, beside what its chart renders."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scaffolder.repository import files
from scaffolder.repository.kubernetes_objects import dig
from scaffolder.repository.project import Project
from scaffolder.repository.reading import line_of, listed, stages, table, tables

_IN_JENKINSFILE = re.compile(r"\bimage\s*[(=:]?\s*['\"]([^'\"\s]+)['\"]")


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
        "named images", lambda: (*_in_dockerfiles(project), *_in_compose(project), *_in_pipelines(project))
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
                if source and source.lower() not in names and not source.isdigit() and re.search(r"[/:.]", source):
                    yield Use(path=file, line=copy.line, image=source)


def _in_compose(project: Project) -> Iterator[Use]:
    for file in files.compose_files(project):
        services = table(project, file).get("services")
        for name, service in services.items() if isinstance(services, dict) else ():
            if isinstance(service, dict) and isinstance(service.get("image"), str) and "build" not in service:
                yield Use(path=file, line=line_of(service, "image"), image=service["image"], what=f"{name}: ")


def _in_pipelines(project: Project) -> Iterator[Use]:
    for file in files.github_workflows(project):
        yield from _of_github(project, file)
    for file in files.gitlab_pipelines(project):
        document = table(project, file)
        for holder in (document, *document.values()):
            yield from _named(file, holder, "image", "services")
    for file in files.azure_pipelines(project):
        yield from _of_azure(project, file)
    for file in files.jenkinsfiles(project):
        for number, line in enumerate(project.lines(file), 1):
            if not line.lstrip().startswith(("//", "*")):
                for image in _IN_JENKINSFILE.findall(line):
                    yield Use(path=file, line=number, image=image)


def _of_github(project: Project, file: Path) -> Iterator[Use]:
    jobs = table(project, file).get("jobs")
    for job in jobs.values() if isinstance(jobs, dict) else ():
        if isinstance(job, dict):
            services = job.get("services")
            for holder in (job, *(services.values() if isinstance(services, dict) else ())):
                yield from _named(file, holder, "container", "image")
            for step in listed(job.get("steps")):
                if isinstance(step, dict) and str(step.get("uses", "")).startswith("docker://"):
                    image = step["uses"].removeprefix("docker://")
                    yield Use(path=file, line=line_of(step, "uses"), image=image)


def _of_azure(project: Project, file: Path) -> Iterator[Use]:
    for job in tables(project, file):
        # A plain word is the name of a container among the resources.
        yield from (use for use in _named(file, job, "container") if re.search(r"[/:]", use.image))
    for container in listed(dig(table(project, file), "resources", "containers")):
        yield from _named(file, container, "image")


def _named(file: Path, holder: Any, *keys: str) -> Iterator[Use]:
    """The images under these keys, each a name, a table with the name, or a list of such."""
    for key in keys if isinstance(holder, dict) else ():
        value = holder.get(key)
        for one in value if isinstance(value, list) else [value]:
            name = (one.get("image") or one.get("name")) if isinstance(one, dict) else one
            if isinstance(name, str):
                yield Use(path=file, line=line_of(holder, key), image=name)
