"""Which service of a repository a file belongs to."""

from __future__ import annotations

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
    """The folders of the services, deepest first: where a Dockerfile or a build stands; "." where there is only one."""
    return project.once("services", lambda: _folders(project))


def subject_of(project: Project, file: Path) -> Path:
    """The folder of the service that `file` belongs to, or "." for what all of them share."""
    return next((folder for folder in folders(project) if file.is_relative_to(folder)), HERE)


def shared(project: Project, subject: Path) -> bool:
    """Whether what is said of `subject` is said of services below it too: it has no image of its own."""
    return subject == HERE and not any(folder == HERE for folder in folders(project))


def _folders(project: Project) -> tuple[Path, ...]:
    with_image = {_home(file.parent) for file in files.dockerfiles(project)}
    with_build = {file.parent for file in files.builds(project) if not _hidden(file.parent)}
    found = set(with_image)
    if HERE not in with_image:
        # A build without an image is a service of its own where it lies in no other, and holds no
        # other.
        found |= {
            folder
            for folder in with_build
            if not any(
                folder.is_relative_to(one) or one.is_relative_to(folder) for one in with_image
            )
            and not any(folder != one and folder.is_relative_to(one) for one in with_build - {HERE})
        }
    return tuple(sorted(found, key=lambda folder: (-len(folder.parts), folder)))


def _home(folder: Path) -> Path:
    """The folder whose Dockerfile this is: one that stands in `x/docker` or `x/src/main/docker` belongs to `x`."""
    while folder.name in _NO_SERVICE or folder.name in {"main", "src"}:
        folder = folder.parent
    return folder


def _hidden(folder: Path) -> bool:
    return any(part.startswith(".") or part in _NO_SERVICE for part in folder.parts)
