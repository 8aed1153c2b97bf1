"""Read the names of a service's image, as it is built, pushed and deployed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scaffolder.formats import Unreadable
from scaffolder.formats.dockerfile import filled
from scaffolder.formats.regex import regex
from scaffolder.formats.yaml import line_of
from scaffolder.model import Location
from scaffolder.repository import files, reading
from scaffolder.repository.ci import CI_SYSTEMS
from scaffolder.repository.facts import charts, commands, services
from scaffolder.repository.facts.statements import Declaration, place
from scaffolder.repository.facts.versions_of_images import split
from scaffolder.repository.project import Project

BUILT, DEPLOYED, COMPOSE = "built", "deployed", "compose"

_ANY = "\0"
"""Stands for a variable in a name."""

_BUILD = regex(r"\b(?:docker|podman|buildah|nerdctl)\s+(?:buildx\s+)?(?:build|bud)\b(.*)")
_PUSH = regex(r"\b(?:docker|podman|buildah)\s+(?:image\s+)?push\s+(?:-\S+\s+)*[\"']?([^\s\"';&|]+)")
_WORDS = ("build", "bud", "push")
"""One of them is in every command that builds or pushes an image, and in few of the others."""
_TAG = regex(r"(?:^|\s)(?:-t|--tag)[= ]+[\"']?([^\s\"']+)")


def read(project: Project) -> tuple[Declaration, ...]:
    """Return the images that pipelines and scripts build, and values and compose files name."""
    return project.once("built and named images", lambda: tuple(_read(project)))


def _read(project: Project) -> Iterator[Declaration]:
    for command in commands.commands(project):
        if not any(word in command.text for word in _WORDS):
            continue
        built = _BUILD.search(command.text)
        names = _TAG.findall(built[1]) if built else _PUSH.findall(command.text)
        for name in names:
            yield from _stated(project, name, {}, command.place.path, command.place.line, BUILT)
    for system, of_system in CI_SYSTEMS.items():
        for file in files.ci_files(project, system):
            for one in of_system.built_images(project, file):
                yield from _stated(project, one.name, one.variables, file, one.line, BUILT)
    for chart in charts.charts(project):
        for file in files.values_files(project, chart.folder):
            try:
                table = reading.table_of(project, file)
            except Unreadable:
                continue
            image = table.get("image")
            if isinstance(image, dict):
                name = "/".join(
                    str(one) for one in (image.get("registry"), image.get("repository")) if one
                )
                subject = _of_chart(project, chart.folder)
                yield from _stated(
                    project, name, {}, file, line_of(image, "repository"), DEPLOYED, subject
                )
    for file in files.compose_files(project):
        try:
            composed = reading.table_of(project, file).get("services")
        except Unreadable:
            continue
        for service in composed.values() if isinstance(composed, dict) else ():
            if (
                isinstance(service, dict)
                and service.get("build")
                and isinstance(service.get("image"), str)
            ):
                yield from _stated(
                    project,
                    service["image"],
                    {},
                    file,
                    line_of(service, "image"),
                    COMPOSE,
                    _context(project, file, service),
                )


@dataclass(frozen=True, kw_only=True)
class Renamed:
    """An image of manifests that a kustomization gives another name: `value` is its last part."""

    name: str
    value: str
    place: Location


def renamed(project: Project) -> tuple[Renamed, ...]:
    """Return the new names of images in kustomizations: `images`, `newName`."""
    return tuple(_renamed(project))


def _renamed(project: Project) -> Iterator[Renamed]:
    for file in files.kustomizations(project):
        for image in reading.listed(reading.table(project, file).get("images")):
            if isinstance(image, dict) and image.get("newName"):
                yield Renamed(
                    name=str(image.get("name")),
                    value=str(image["newName"]).rpartition("/")[2],
                    place=place(project, file, line_of(image, "newName")),
                )


def building(project: Project, value: str) -> Location | None:
    """Return the command that builds an image of this name, a variable in it being any text."""
    for command in commands.commands(project):
        if not any(word in command.text for word in _WORDS):
            continue
        text = re.sub(r"\$\{\{.*?\}\}|\$\{[^}]*\}|\$\w+", _ANY, command.text)
        built = _BUILD.search(text)
        for name in _TAG.findall(built[1]) if built else _PUSH.findall(text):
            last = split(name)[0].rpartition("/")[2]
            pattern = ".+".join(map(re.escape, last.split(_ANY)))
            if last.strip(_ANY) and re.fullmatch(pattern, value):
                return command.place
    return None


def _stated(
    project: Project,
    name: str,
    known: Mapping[str, str],
    file: Path,
    line: int,
    role: str,
    subject: Path | None = None,
) -> Iterator[Declaration]:
    repository = split(filled(name, known).strip("\"'"))[0]
    last = repository.rpartition("/")[2]
    if last and "$" not in last and "{" not in last and re.fullmatch(r"[\w.-]+", last):
        of = services.HERE if subject is None else subject
        yield Declaration(
            fact="image", subject=of, value=last, role=role, place=place(project, file, line)
        )


def _of_chart(project: Project, folder: Path) -> Path:
    """Return the service of a chart: the one around it, or of its name; "." if unknown."""
    holder = services.subject_of(project, folder / "Chart.yaml")
    named = project.once(
        "services by the name of their folder",
        lambda: {one.name: one for one in reversed(services.folders(project))},
    )
    return named.get(folder.name, holder)


def _context(project: Project, file: Path, service: dict[Any, Any]) -> Path:
    build = service["build"]
    folder = build.get("context", ".") if isinstance(build, dict) else build
    return services.subject_of(
        project, project.relative((file.parent / str(folder)).as_posix()) / "Dockerfile"
    )
