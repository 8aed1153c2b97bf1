"""The files and folders of the repository that Dockerfiles copy into images."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from scaffolder.formats.dockerfile import Instruction, Stage
from scaffolder.formats.regex import regex
from scaffolder.model import Location
from scaffolder.repository import files, reading, spelling
from scaffolder.repository.facts import ignored
from scaffolder.repository.project import Project
from scaffolder.repository.reading import place


@dataclass(frozen=True, kw_only=True)
class Source:
    """A path that an image copies from its context; `folder` has the Dockerfile."""

    path: Path
    place: Location
    folder: Path


_NOT_KNOWN = regex(r"\$|^/*$|^\.+/*$|\.\.|<<|://|^git@|\{\{|%")
"""Sources that are the whole context, of another place, or known when the image is built."""

_GLOB = regex(r"[*?\[]")
_MADE = regex(
    r"(?:^|/)(?:\.?(?:build|dist|target|out|output|bin|release|releases|publish|artifacts?|tmp"
    r"|node_modules|venv|vendor|coverage|generated|gen|public|static|assets|\.next|\.nuxt|\.output"
    r"|_build|site|wheels?|downloads?|packages|libs?|libexec|result|linux|amd64|arm64|certs?|keys?"
    r"|secrets?|data|cache|models?|dependencies|application|snapshot-dependencies"
    r"|spring-boot-loader))(?:/|$)"
    r"|\.(?:jar|war|ear|whl|so|exe|dll|zip|tgz|gz|xz|bz2|tar|deb|rpm|apk|crt|pem|key|p12|jks|pub"
    r"|bin|wasm|env|db|sqlite|onnx|pt|pkl|map|git)$"
    r"|(?:^|/)\.(?:git|env|npmrc|yarn|pnpm-store|netrc|aws|ssh|m2|cargo|pypirc|gradle)(?:/|$)"
)
"""Names of what a build, a person or a pipeline puts there, and Git does not hold."""


def sources(project: Project) -> tuple[Source, ...]:
    """Return what the images of the repository copy, as far as Dockerfiles name it in full."""
    return project.once("sources of images", lambda: tuple(_sources(project)))


def absent(project: Project) -> tuple[tuple[Source, Path | None], ...]:
    """Return the sources that no context can have, each with the path that may be meant.

    Silent about what a build may make: what Git ignores, what a script, a pipeline or a settings
    file names as well, and names without an ending, which programs have.
    """
    return project.once("absent sources of images", lambda: tuple(_absent(project)))


def _sources(project: Project) -> Iterator[Source]:
    for file in files.image_builds(project):
        read = reading.stages(project, file)
        for stage in read.stages if read else ():
            for one in stage.instructions:
                if one.word in {"COPY", "ADD"} and "from" not in one.flags and "<<" not in one.text:
                    yield from _of_instruction(project, file, stage, one)


def _of_instruction(
    project: Project, file: Path, stage: Stage, one: Instruction
) -> Iterator[Source]:
    for written in one.words[:-1]:
        name = stage.filled(written) if "$" in written else written
        if _NOT_KNOWN.search(name) or "$" in written:
            continue
        path = _before_a_pattern(name.strip("/").removeprefix("./"))
        if path is not None:
            yield Source(path=path, place=place(project, file, one.line), folder=file.parent)


def _before_a_pattern(name: str) -> Path | None:
    """Return the path that has to be there: that of the folder, if patterns name files in it."""
    parts = Path(name).parts
    for at, part in enumerate(parts):
        if _GLOB.search(part):
            return Path(*parts[:at]) if at else None
    return Path(name) if parts else None


def _absent(project: Project) -> Iterator[tuple[Source, Path | None]]:
    if project.cut:
        return
    lacking = [one for one in sources(project) if not _is_in_a_context(project, one)]
    if not lacking:
        return
    named = _named_elsewhere(project, {one.path.name for one in lacking})
    left_out = ignored.of(project)
    for one in lacking:
        near = None if _MADE.search(one.path.name) else _near(project, one)
        if near is None and (
            _MADE.search(one.path.as_posix())
            or "." not in one.path.name.lstrip(".")
            or not _has_its_folder(project, one)
        ):
            continue
        places = [folder / one.path for folder in _contexts(project, one)]
        if one.path.name in named or any(path in left_out for path in places):
            continue
        inside = product(places, files.submodules(project))
        if not any(path.is_relative_to(submodule) for path, submodule in inside):
            yield one, near


def _contexts(project: Project, one: Source) -> tuple[Path, ...]:
    """Return the folders that may be the context of a Dockerfile: those it is in, and named."""
    return (one.folder, *one.folder.parents, *_given(project).get(one.place.path, ()))


def _is_in_a_context(project: Project, one: Source) -> bool:
    """Return whether a context has the source; if none is named, any folder may be one."""
    if any(_is_there(project, folder / one.path) for folder in _contexts(project, one)):
        return True
    return one.place.path not in _given(project) and one.path in _ends(project)


def _is_there(project: Project, path: Path) -> bool:
    return project.has(path) or path in project.folders or (project.root / path).exists()


def _has_its_folder(project: Project, one: Source) -> bool:
    return any(
        (folder / one.path).parent in project.folders for folder in _contexts(project, one)[:1]
    )


def _ends(project: Project) -> frozenset[Path]:
    """Return the ends of all paths whose last name a source has."""

    def ends() -> frozenset[Path]:
        names = {one.path.name for one in sources(project)}
        found: set[Path] = set()
        for path in (*project.files, *project.folders):
            if path.name in names:
                found |= {Path(*path.parts[at:]) for at in range(len(path.parts))}
        return frozenset(found)

    return project.once("ends of paths", ends)


def _near(project: Project, one: Source) -> Path | None:
    for folder in (one.folder, *_given(project).get(one.place.path, ())):
        found = spelling.meant_path(project, folder / one.path)
        if found is not None and found.is_relative_to(folder):
            return found.relative_to(folder)
    return None


def _given(project: Project) -> dict[Path, tuple[Path, ...]]:
    """Return the contexts that Compose files name, by Dockerfile."""
    return project.once("contexts of images", lambda: _read_contexts(project))


def _read_contexts(project: Project) -> dict[Path, tuple[Path, ...]]:
    found: dict[Path, tuple[Path, ...]] = {}
    for file in files.compose_files(project):
        composed = reading.table(project, file).get("services")
        for service in composed.values() if isinstance(composed, dict) else ():
            built = _built(project, file, service.get("build") if isinstance(service, dict) else "")
            if built is not None:
                found[built[0]] = (*found.get(built[0], ()), built[1])
    return found


def _built(project: Project, file: Path, build: Any) -> tuple[Path, Path] | None:
    """Return the Dockerfile and the context of a service; None if it is not built from here."""
    given = build if isinstance(build, dict) else {"context": build}
    context, name = given.get("context", "."), given.get("dockerfile", "Dockerfile")
    if not isinstance(context, str) or not isinstance(name, str) or not context:
        return None
    if re.search(r"\$|://", context + name):
        return None
    folder = project.relative((file.parent / context).as_posix())
    image = project.relative((folder / name).as_posix())
    return (image, folder) if project.has(image) else None


_LARGEST = 400_000


def _named_elsewhere(project: Project, names: set[str]) -> set[str]:
    """Return the names that settings, scripts or builds have, which may make the files."""
    words = re.compile(
        rf"(?<![\w.-])(?:{'|'.join(map(re.escape, sorted(names, key=len, reverse=True)))})(?![\w-])"
    )
    images = frozenset(files.all_dockerfiles(project))
    found: set[str] = set()
    for file in files.settings_of_any_kind(project):
        if file not in images and file.name != ".dockerignore":
            text = project.text(file)
            found.update(words.findall(text if len(text) < _LARGEST else ""))
    return found
