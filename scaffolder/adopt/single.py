"""Whether a folder holds one service, which is what an adoption is for."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

from scaffolder.errors import ProjectError
from scaffolder.repository import files
from scaffolder.repository.facts import services
from scaffolder.repository.project import Project
from scaffolder.repository.runtimes import RUNTIMES, of_each


def one_service(project: Project) -> None:
    """Stop where the folder holds several services, each of which is adopted by itself.

    The modules of a Maven or Gradle build are libraries but for those that have an image or start a
    server, and a Dockerfile in a folder without a build of its own is one more image of the build
    at the root. The packages of a Node workspace are on their own, unless the workspace as a whole
    has an image.

    Raises:
        ProjectError: naming them.

    """
    with_image = _with_image(project)
    own = sorted(with_image & _with_build(project) - {services.HERE})
    if len(own) > 1 and not (services.HERE in with_image and _built_here(project)):
        raise _several(project, "holds several services", own)
    if own and not with_image & {services.HERE} and not _built_here(project):
        raise _several(project, "has its service in a folder", own)
    packages = list(of_each(lambda runtime: runtime.packages(project)))
    if packages and services.HERE not in with_image:
        raise _several(project, "is a workspace of packages", packages)
    _one_module(project, own)
    _one_folder(project)


_STARTS = ("main.go", "main.py", "app.py", "main.ts", "index.ts", "index.js", "server.js")
"""Files that start a program, by their usual names."""


def has_several_programs(project: Project) -> bool:
    """Return whether one build has images of several programs: dockerfile.auth, dockerfile.sales.

    The whole template builds one image, and such a build has no folder to adopt for each.
    """
    programs = {
        folder.name
        for folder in project.folders
        if any(project.has(folder / name) for name in _STARTS) or folder in _with_build(project)
    }
    return len(programs & set(files.names_of_images(project))) > 1


def _one_module(project: Project, with_image: list[Path]) -> None:
    """Stop where modules of a build start a server each, and no image tells which is meant."""
    modules = list(of_each(lambda runtime: runtime.started_modules(project)))
    if len(modules) < 2 or with_image:
        return
    images = "\n".join(project.text(file) for file in files.dockerfiles(project))
    named = [module for module in modules if re.search(_of_module(module), images)]
    if len(named) != 1:
        raise _several(project, "holds several services", modules)


def _of_module(module: Path) -> str:
    """Return the expression for what an image takes of a module, or how it is built there."""
    name = re.escape(module.name)
    return rf"\b{name}/(?:target|build)\b|:{name}:|(?:-pl|--projects)[ =]\S*\b{name}\b"


def _one_folder(project: Project) -> None:
    folders = services.folders(project)
    if len(folders) < 2 or services.HERE in folders:
        return
    own = (
        [folder for folder in folders if folder in _with_build(project)]
        if _built_here(project)
        else [*folders]
    )
    if any(runtime.is_multi_module(project) for runtime in RUNTIMES.values()):
        own = [folder for folder in own if folder in _with_image(project)]
    if len(own) > 1 or (own and not _built_here(project)):
        raise _several(project, "holds several services", own)


def _several(project: Project, what: str, folders: list[Path]) -> ProjectError:
    images = _with_image(project)
    names = sorted(folder.as_posix() for folder in folders)
    builds = {file.parent for file in files.manifests(project)}
    # The command that is offered has to work: a service with an image, in a runtime that is known.
    first = min(folders, key=lambda one: (one not in builds, one not in images, one))
    shown = f"{', '.join(names[:6])}{' …' if len(names) > 6 else ''}"
    way = shlex.quote(Path(os.path.relpath(project.root / first)).as_posix())
    return ProjectError(f"{project.root} {what}: {shown}", hint=f"scaffold adopt {way}")


def _with_image(project: Project) -> set[Path]:
    folders = set(services.folders(project))
    return {services.subject_of(project, file) for file in files.dockerfiles(project)} & folders


def _with_build(project: Project) -> set[Path]:
    return {file.parent for file in files.manifests(project)}


def _built_here(project: Project) -> bool:
    return services.HERE in _with_build(project)
