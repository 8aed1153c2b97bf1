"""Which service of a repository a file belongs to."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

from scaffolder.repository import files
from scaffolder.repository.project import Project

HERE = Path()
"""The repository as a whole."""

_NO_SERVICE = frozenset(
    {
        "docker",
        "ci",
        "build",
        "deploy",
        "test",
        "tests",
        "e2e",
        "scripts",
        "tools",
        "docs",
        "examples",
    }
)


def folders(project: Project) -> tuple[Path, ...]:
    """Return the folders of the services, deepest first; "." for a single one.

    A folder with a Dockerfile or a build is one.
    """
    return project.once("services", lambda: _folders(project))


def subject_of(project: Project, file: Path) -> Path:
    """The folder of the service that `file` belongs to, or "." for what all of them share."""
    known = _known(project)
    return next((folder for folder in (file, *file.parents) if folder in known), HERE)


def _known(project: Project) -> frozenset[Path]:
    return project.once("services by folder", lambda: frozenset(folders(project)))


def shared(project: Project, subject: Path) -> bool:
    """Return whether declarations for `subject` hold for services below it: it has no own image."""
    return subject == HERE and HERE not in _known(project)


def _folders(project: Project) -> tuple[Path, ...]:
    with_image = {_home(file.parent) for file in files.dockerfiles(project)}
    with_build = {file.parent for file in files.builds(project) if not _hidden(file.parent)}
    found = set(with_image)
    if HERE not in with_image:
        # A build without an image is a service of its own where it lies in no other, and holds no
        # other.
        above_images = set(chain.from_iterable((folder, *folder.parents) for folder in with_image))
        found |= {
            folder
            for folder in with_build
            if folder not in above_images
            and not with_image.intersection(folder.parents)
            and not (with_build - {HERE}).intersection(folder.parents)
        }
    return tuple(sorted(found, key=lambda folder: (-len(folder.parts), folder)))


def dockerfiles_of(project: Project, service: Path) -> tuple[Path, ...]:
    """Return the Dockerfiles of a service, given by its folder."""
    known = project.once("Dockerfiles by service", lambda: _dockerfiles(project))
    return tuple(known.get(service, ()))


def _dockerfiles(project: Project) -> dict[Path, list[Path]]:
    by_service: dict[Path, list[Path]] = {}
    for file in files.dockerfiles(project):
        by_service.setdefault(subject_of(project, file), []).append(file)
    return by_service


def with_image(project: Project) -> tuple[Path, ...]:
    """Return the folders of the services that a Dockerfile is for, deepest first."""
    return project.once("services with an image", lambda: _with_image(project))


def _with_image(project: Project) -> tuple[Path, ...]:
    return tuple(folder for folder in folders(project) if dockerfiles_of(project, folder))


def _home(folder: Path) -> Path:
    """Return the folder of a Dockerfile; one in `x/docker` or `x/src/main/docker` is of `x`."""
    while folder.name in _NO_SERVICE or folder.name in {"main", "src"}:
        folder = folder.parent
    return folder


def _hidden(folder: Path) -> bool:
    return any(part.startswith(".") or part in _NO_SERVICE for part in folder.parts)
