"""Which folders are libraries of which service: modules, packages, and source in the root."""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path

from scaffolder.formats.regex import regex
from scaffolder.repository import files
from scaffolder.repository.facts import services
from scaffolder.repository.project import Project

_WORD = regex(r"[\w-]+")
_ARTIFACT = regex(r"<artifactId>\s*([\w.-]+)")
_PACKAGE = regex(r"^[\s{]*\"name\"\s*:\s*\"(?:@[\w.-]+/)?([\w.-]+)\"", re.MULTILINE)


def of(project: Project, service: Path) -> tuple[Path, ...]:
    """Return the folders that a service is built with, those of its libraries among them.

    A library has no image; the build or the Dockerfile of the service has its name. Source that
    belongs to no service, in the root, is for all of them.
    """
    known = project.once("libraries", lambda: _names(project))
    if not known and not services.shared(project, services.HERE):
        return ()
    found: dict[Path, None] = {}
    waiting = [service]
    while waiting:
        words = _words(project, waiting.pop())
        for name in known.keys() & words:
            for folder in known[name]:
                if folder != service and folder not in found:
                    found[folder] = None
                    waiting.append(folder)
    root = (services.HERE,) if services.shared(project, services.HERE) else ()
    return (*sorted(found), *root)


def _names(project: Project) -> dict[str, list[Path]]:
    """Return the folders of the libraries by their names: of the folder and of the package."""
    with_image = frozenset(services.with_image(project))
    named: dict[str, list[Path]] = {}
    for folder in services.folders(project):
        if folder == services.HERE or folder in with_image:
            continue
        for name in {folder.name, *_names_of_package(project, folder)}:
            named.setdefault(name, []).append(folder)
    return named


def _names_of_package(project: Project, folder: Path) -> set[str]:
    found = set()
    for file in _manifests(project, folder):
        text = project.text(file)
        own = text.partition("</parent>")[2] or text
        pattern = _ARTIFACT if file.name == "pom.xml" else _PACKAGE
        if name := pattern.search(own):
            found.add(name[1])
    return found


def _words(project: Project, folder: Path) -> frozenset[str]:
    """Return the words of the builds and the Dockerfiles of a folder."""

    def read() -> frozenset[str]:
        named = (*_manifests(project, folder), *services.dockerfiles_of(project, folder))
        return frozenset(chain.from_iterable(_WORD.findall(project.text(one)) for one in named))

    return project.once(("words of a build", folder), read)


def _manifests(project: Project, folder: Path) -> list[Path]:
    """Return the builds and lists of libraries in the folder itself."""
    known = project.once("dependencies by folder of a library", lambda: _by_folder(project))
    return known.get(folder, [])


def _by_folder(project: Project) -> dict[Path, list[Path]]:
    found: dict[Path, list[Path]] = {}
    for file in files.dependencies(project):
        found.setdefault(file.parent, []).append(file)
    return found
