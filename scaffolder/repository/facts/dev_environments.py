"""Versions of runtimes where people work: dev containers and compose files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scaffolder.formats import Unreadable
from scaffolder.formats.yaml import line_of
from scaffolder.repository import files, reading
from scaffolder.repository.facts import services
from scaffolder.repository.facts.runtimes import stated
from scaffolder.repository.facts.statements import Declaration, Unread
from scaffolder.repository.facts.versions_of_images import runtime_of
from scaffolder.repository.project import Project
from scaffolder.repository.runtimes import RUNTIMES

DEV, COMPOSE = "dev container", "compose"

_FEATURES = {runtime.FEATURE: name for name, runtime in RUNTIMES.items()}


def read(project: Project) -> Iterator[Declaration | Unread]:
    """Yield the declarations of the dev container and of compose files."""
    for file in files.dev_container_settings(project):
        try:
            table = reading.json_of(project, file)
        except Unreadable as error:
            yield reading.unread(file, error)
            continue
        if isinstance(table, dict):
            yield from _devcontainer(project, file, table)
    for file in files.dev_containers(project):
        try:
            stages = reading.dockerfile_of(project, file).stages
        except Unreadable as error:
            yield reading.unread(file, error)
            continue
        for stage in stages:
            if found := runtime_of(stage.image):
                yield from stated(project, *found, file, stage.line, DEV)
    for file in files.compose_files(project):
        try:
            composed = reading.table_of(project, file).get("services")
        except Unreadable as error:
            yield reading.unread(file, error)
            continue
        for service in composed.values() if isinstance(composed, dict) else ():
            image = service.get("image") if isinstance(service, dict) else None
            if isinstance(image, str) and _is_of_here(service) and (found := runtime_of(image)):
                subject = _mounted(project, file, service)
                at = line_of(service, "image")
                yield from stated(project, *found, file, at, COMPOSE, subject=subject)


def _is_of_here(service: dict[Any, Any]) -> bool:
    """Return whether an image runs something of the repository: it is built, or mounts a folder.

    Another image with a command of its own is a program of others.
    """
    if service.get("build") or not service.get("command"):
        return True
    return any(one.startswith((".", "$")) for one in _mounts(service))


def _mounts(service: dict[Any, Any]) -> Iterator[str]:
    for one in reading.listed(service.get("volumes")):
        yield str(one.get("source", "")) if isinstance(one, dict) else str(one).partition(":")[0]


def _mounted(project: Project, file: Path, service: dict[Any, Any]) -> Path | None:
    """Return the service whose folder a container has: by its mount, None if there are several."""
    found = {
        services.subject_of(project, folder)
        for one in _mounts(service)
        if one.startswith(".")
        if (folder := project.relative((file.parent / one).as_posix())) in project.folders
    } - {services.HERE}
    return next(iter(found)) if len(found) == 1 else None


def _devcontainer(project: Project, file: Any, table: dict[str, Any]) -> Iterator[Declaration]:
    image = table.get("image")
    if isinstance(image, str) and (found := runtime_of(image)):
        yield from stated(project, *found, file, project.line_of(file, image), DEV)
    features = table.get("features")
    for name, options in features.items() if isinstance(features, dict) else ():
        kind = name.partition(":")[0].partition("@")[0].rpartition("/")[2]
        version = options.get("version") if isinstance(options, dict) else None
        if (
            kind in _FEATURES
            and isinstance(version, str | int | float)
            and str(version)[:1].isdigit()
        ):
            yield from stated(
                project, _FEATURES[kind], str(version), file, project.line_of(file, name), DEV
            )
