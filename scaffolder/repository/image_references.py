"""Every image that a repository names in its files, beside what its chart renders."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scaffolder.formats.regex import regex
from scaffolder.formats.yaml import tables as all_tables
from scaffolder.repository import files, image_values, kubernetes_objects
from scaffolder.repository.ci import CI_SYSTEMS
from scaffolder.repository.facts import services
from scaffolder.repository.image_tags import name_of
from scaffolder.repository.kubernetes_objects import KubernetesObject
from scaffolder.repository.project import Project
from scaffolder.repository.reading import documents, line_of, listed, stages, table

_BUILT_BY_TILT = regex(r"\b(?:docker_build|custom_build)\(\s*['\"]([^'\"]+)['\"]")


_OF_DOCKER = regex(
    r"amazon-.*|api-firewall|buildpack-deps|eclipse-.*|express-gateway|hello-world"
    r"|ibm-semeru-runtimes|open-liberty|php-zendserver|r-base"
)
"""Docker's own images with a hyphen: no registry has any other name without an owner.

A service of the repository that is called like the image is where it is built.
"""


@dataclass(frozen=True, kw_only=True)
class Use:
    """An image at the place of its name; `what` is its purpose ("db: "), if the line has none."""

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


def deployed(project: Project, objects: Iterable[KubernetesObject]) -> tuple[Use, ...]:
    """Return the images of the containers of Kubernetes objects, where their values are written."""
    return tuple(_deployed(project, objects))


def _deployed(project: Project, objects: Iterable[KubernetesObject]) -> Iterator[Use]:
    for item in objects:
        for container in item.all_containers():
            if image := container.get("image"):
                place = image_values.place_of(project, item, container)
                yield Use(path=place.path, line=place.line, image=str(image), what=f"{item}: ")


def replaced(project: Project) -> frozenset[str]:
    """Return the names of images that a tool replaces before it deploys.

    Skaffold and Tilt build them, a kustomization gives them another name, tag or digest, and a
    compose file builds them.
    """
    return project.once("replaced images", lambda: frozenset(_replaced(project)))


def _replaced(project: Project) -> Iterator[str]:
    for file in files.skaffold_settings(project):
        for build in all_tables(documents(project, file)):  # also those of a profile
            yield from (str(one.get("image")) for one in _tables_in(build.get("artifacts")))
    for file in files.kustomizations(project):
        for one in _tables_in(table(project, file).get("images")):
            if {"newName", "newTag", "digest"} & set(one):
                yield str(one.get("name"))
    for file in files.tilt_settings(project):
        yield from _BUILT_BY_TILT.findall(project.text(file))
    yield from _built_by_compose(project)
    yield from _built_by_a_script(project)
    folders = {folder.name for folder in services.folders(project)}
    yield from (name for name in folders if "-" in name and not _OF_DOCKER.fullmatch(name))
    for item in kubernetes_objects.without_charts(project):
        if item.kind == "ImageStream":  # of OpenShift: a name in the cluster for an image
            yield item.name


def _built_by_compose(project: Project) -> Iterator[str]:
    for file in files.compose_files(project):
        services = table(project, file).get("services")
        for service in _tables_in(list(services.values()) if isinstance(services, dict) else ()):
            if service.get("build") and service.get("image"):
                yield name_of(str(service["image"]))


_BUILD = (
    r"\b(?:docker|podman|nerdctl|buildah)\s+(?:buildx\s+)?(?:build|bud)\b"
    r"[^\n]*?\s(?:-\w*t|--tag)[= ]+[\"']?"
)
_BUILT = regex(rf"{_BUILD}(?P<name>[\w./-]+)")
_BUILT_BY_FOLDER = regex(rf"{_BUILD}\$")


def _built_by_a_script(project: Project) -> Iterator[str]:
    """Yield the names of images that are built on the machine that runs them.

    A script names them, or builds each folder under its name.
    """
    builds_folders = False
    for file in (*files.shell_programs(project), *files.makefiles(project)):
        text = project.text(file)
        if "build" in text or "bud" in text:
            names = [found["name"] for found in _BUILT.finditer(text)]
            yield from (name for name in names if "/" not in name)
            builds_folders = builds_folders or _BUILT_BY_FOLDER.search(text) is not None
    for file in files.dockerfiles(project) if builds_folders else ():
        yield file.parent.name


def _tables_in(value: Any) -> Iterator[dict[Any, Any]]:
    return (one for one in listed(value) if isinstance(one, dict))


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
